import assert from "node:assert/strict"
import { Effect, Redacted } from "effect"
import { Vendo } from "@vendodev/effect"

const program = Effect.gen(function* () {
  const vendo = yield* Vendo
  const token = yield* vendo.token("openai")
  assert.equal(Redacted.value(token), process.env.EXPECTED_TOKEN)
  assert.equal(String(token).includes(process.env.EXPECTED_TOKEN), false)

  const refused = yield* Effect.flip(vendo.token("stripe"))
  assert.equal(refused._tag, "binding_missing")
  console.log("done")
})

Effect.runPromise(Effect.provide(program, Vendo.layer))
