import { Config, Effect, Layer, Option, Redacted } from "effect"
import { Environment, present } from "@vendodev/client/Environment"

/** Variables as the `ConfigProvider` of the calling fiber has them. One it can not read is not set. */
export const layer = Layer.succeed(Environment, {
  get: (name) =>
    Config.option(Config.Redacted(name)).pipe(
      Effect.map(Option.flatMap((value) => present(Redacted.value(value)))),
      Effect.orElseSucceed(Option.none)
    )
})
