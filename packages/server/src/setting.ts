/** How one setting is read. */
import { Config, Effect, Option } from "effect"

/** What is wrong with settings: a line for each fault, which names the variable and does not repeat its value. */
export type Problems = string | ReadonlyArray<string>

export const expecting =
  (expected: string) =>
  <A>(setting: Config.Config<A>) =>
    Effect.mapError(setting, (): Problems => expected)

/** A variable as it was said, without outer spaces. Blank is the same as not there. */
export const fromVariable = (name: string): Effect.Effect<Option.Option<string>, Problems> =>
  Config.option(Config.String(name)).pipe(
    expecting(`${name} must be text`),
    Effect.map((given) =>
      given.pipe(
        Option.map((text) => text.trim()),
        Option.filter((text) => text !== "")
      )
    )
  )

/** What `holds` of it, or the fault. */
export const checked =
  (holds: (text: string) => boolean, fault: string) =>
  <E, R>(setting: Effect.Effect<Option.Option<string>, Problems | E, R>) =>
    Effect.filterOrFail(setting, Option.match({ onNone: () => true, onSome: holds }), (): Problems => fault)
