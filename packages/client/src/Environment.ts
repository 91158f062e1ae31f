/** The environment variables of the process, wherever it runs. */
import { Context, Effect, Layer, Option, Redacted } from "effect"

export class Environment extends Context.Service<
  Environment,
  {
    /** None when it is not set, or blank: an empty variable is how a shell says no. */
    readonly get: (name: string) => Effect.Effect<Option.Option<Redacted.Redacted>>
  }
>()("@vendodev/client/Environment") {
  /** Asks `read` each time: a variable that is set later counts from then on. */
  static readonly layerOf = (read: (name: string) => string | undefined) =>
    Layer.succeed(Environment, { get: (name) => Effect.sync(() => present(read(name))) })
}

/** Without the line break that a pasted or piped value ends in. */
export const present = (value: string | undefined): Option.Option<Redacted.Redacted> => {
  const trimmed = value?.trim() ?? ""
  return trimmed === "" ? Option.none() : Option.some(Redacted.make(trimmed))
}
