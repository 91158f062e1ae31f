import { Effect, type Redacted } from "effect"
import { Vendo, type VendoError } from "@vendodev/effect"

const program = Effect.gen(function* () {
  const vendo = yield* Vendo
  return yield* vendo.token("openai")
})

export const token: Effect.Effect<Redacted.Redacted, VendoError> = Effect.provide(program, Vendo.layer)

export const quiet = Effect.catchTag(token, "binding_missing", (error) => Effect.succeed(error.detail))

// @ts-expect-error -- there is no such code; if errors were `any`, this line would be in error
export const wrong = Effect.catchTag(token, "binding_mising", () => Effect.void)

// @ts-expect-error -- it still needs Vendo, which is no number
export const needs: Effect.Services<typeof program> = 1
