/** One answer for everything that is wrong with an installation. */
import { ConnectionInUse, Forbidden, type Taken, ValidationFailed } from "@vendodev/domain/BrokerError"
import type { Problem } from "./choices.ts"

export type Refusal = ValidationFailed | Forbidden | ConnectionInUse

/** The sentence stays one that is read; the lists beside it are whole. */
const most = 20

const sentence = (clauses: ReadonlyArray<string>): string =>
  clauses.slice(0, most).join("; ") + (clauses.length > most ? `; and ${clauses.length - most} more` : "")

const clauseOf = ({ bound_to, slug }: Taken): string =>
  bound_to === null
    ? `${slug}: this credential already has its one consumer`
    : `${slug}: this credential is in use by ${bound_to.app_slug}; unbind it there first`

/**
 * The refusal that names all of it; undefined when there is nothing to refuse.
 * What must be given comes first: what is taken, and what a sandbox may not
 * have, is said beside it.
 */
export const refusalOf = (problems: ReadonlyArray<Problem>, taken: ReadonlyArray<Taken>): Refusal | undefined => {
  const detail = sentence([...problems.map(({ detail }) => detail), ...taken.map(clauseOf)])
  const first = problems.find(({ forbidden }) => forbidden !== true)
  if (first !== undefined) {
    const missing = problems.flatMap(({ missing }) => (missing === undefined ? [] : [missing]))
    return new ValidationFailed({
      field: first.field,
      detail,
      ...(missing.length > 0 ? { missing } : {}),
      ...(taken.length > 0 ? { taken } : {})
    })
  }
  if (problems.length > 0) return new Forbidden({ detail })
  const [one] = taken
  return one === undefined ? undefined : new ConnectionInUse({ detail, bound_to: one.bound_to, taken })
}
