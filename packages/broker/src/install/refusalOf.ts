/** One answer for everything that is wrong with an installation. */
import { Option } from "effect"
import { Conflict, ConnectionInUse, Forbidden, type Taken, ValidationFailed } from "@vendodev/domain/BrokerError"
import type { Problem } from "./choices.ts"

export type Refusal = ValidationFailed | Forbidden | ConnectionInUse | Conflict

/** The sentence stays one that is read; the lists beside it are whole. */
const most = 20

const sentence = (clauses: ReadonlyArray<string>): string =>
  clauses.slice(0, most).join("; ") + (clauses.length > most ? `; and ${clauses.length - most} more` : "")

const clauseOf = ({ bound_to, slug }: Taken): string =>
  bound_to === null
    ? `${slug}: this credential already has its one consumer`
    : `${slug}: this credential is in use by ${bound_to.app_slug}; unbind it there first`

/** All that was found to be wrong. */
export interface Wrong {
  readonly problems: ReadonlyArray<Problem>
  readonly taken: ReadonlyArray<Taken>
  /** A sentence that says so and what is free, where an app of the slug is there already. */
  readonly slug: Option.Option<string>
}

/**
 * The refusal that names all of it; none when there is nothing to refuse. What
 * must be given comes first: what is taken, and what a sandbox may not have, is
 * said beside it.
 */
export const refusalOf = ({ problems, slug, taken }: Wrong): Option.Option<Refusal> => {
  const detail = sentence([...problems.map(({ detail }) => detail), ...taken.map(clauseOf), ...Option.toArray(slug)])
  const first = problems.find(({ forbidden }) => forbidden !== true)
  if (first !== undefined) {
    const missing = problems.flatMap(({ missing }) => (missing === undefined ? [] : [missing]))
    return Option.some(
      new ValidationFailed({
        field: first.field,
        detail,
        ...(missing.length > 0 ? { missing } : {}),
        ...(taken.length > 0 ? { taken } : {})
      })
    )
  }
  if (problems.length > 0) return Option.some(new Forbidden({ detail }))
  const [one] = taken
  if (one !== undefined) return Option.some(new ConnectionInUse({ detail, bound_to: one.bound_to, taken }))
  return Option.map(slug, () => new Conflict({ detail }))
}
