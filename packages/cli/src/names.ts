/** Finding the one thing a person named, by id or by the names it goes by. */
import { Effect } from "effect"
import { Failure } from "./Failure.ts"
import { shown } from "./shown.ts"

export interface Candidate<A> {
  readonly id: string
  /** From the most exact to the most casual; a more exact match wins. Without names it goes by its id only. */
  readonly names: ReadonlyArray<string>
  /** How it is listed when the choice is unclear. */
  readonly label: string
  readonly value: A
}

export interface Wanted {
  readonly noun: "tenant" | "app" | "connection" | "key" | "integration" | "deployment" | "tool"
  readonly name: string
  /** The command that lists what there is. */
  readonly list: string
  /** The command that makes the first one. */
  readonly create: string
}

const most = 20

const listed = (labels: ReadonlyArray<string>) =>
  labels.slice(0, most).join(", ") + (labels.length > most ? ` and ${labels.length - most} more` : "")

/** The labels, each with its id where two would read the same. */
const distinct = <A>(among: ReadonlyArray<Candidate<A>>) =>
  among.map(({ id, label }) => (among.filter((other) => other.label === label).length > 1 ? `${label} (${id})` : label))

const unknown = <A>({ create, list, name, noun }: Wanted, among: ReadonlyArray<Candidate<A>>) => {
  const nameable = among.filter(({ names }) => names.length > 0)
  return nameable.length === 0
    ? new Failure({ code: "name_unknown", detail: `there is no ${noun} to name`, fix: `run \`${create}\`` })
    : new Failure({
        code: "name_unknown",
        detail: `no ${noun} is called ${shown(name)}; there is: ${listed(distinct(nameable))}`,
        fix: `name one of these, or run \`${list}\``
      })
}

const ambiguous = <A>({ list, name, noun }: Wanted, found: ReadonlyArray<Candidate<A>>) =>
  new Failure({
    code: "name_ambiguous",
    detail: `${shown(name)} names more than one ${noun}: ${listed(distinct(found))}`,
    fix: `use the whole name or the id, as \`${list}\` shows it`
  })

/** The one candidate of that name; otherwise a failure that lists what could have been meant. */
export const pick = <A>(wanted: Wanted, among: ReadonlyArray<Candidate<A>>): Effect.Effect<A, Failure> => {
  const depth = Math.max(0, ...among.map(({ names }) => names.length))
  const tiers = [
    among.filter(({ id }) => id === wanted.name),
    ...Array.from({ length: depth }, (_, tier) => among.filter(({ names }) => names[tier] === wanted.name))
  ]
  const found = tiers.find((tier) => tier.length > 0) ?? []
  const [only] = found
  if (only === undefined) return Effect.fail(unknown(wanted, among))
  return found.length === 1 ? Effect.succeed(only.value) : Effect.fail(ambiguous(wanted, found))
}
