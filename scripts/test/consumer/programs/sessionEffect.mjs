import assert from "node:assert/strict"
import { Effect, Redacted, Result } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"
import { Vendo } from "@vendodev/effect"

const program = Effect.gen(function* () {
  const vendo = yield* Vendo
  const google = yield* vendo.session("google")
  const status = Effect.map(google.get(process.env.PROVIDER_URL), (response) => response.status)

  const before = yield* vendo.token("google")
  assert.equal(yield* status, 200)

  // The provider ends the token that is at hand.
  yield* HttpClient.post(process.env.MEANWHILE_URL)
  assert.equal(yield* status, 200)
  assert.notEqual(Redacted.value(yield* vendo.token("google")), Redacted.value(before))

  const several = yield* vendo.tokens(["notion", "google", "github"])
  assert.deepEqual(Array.from(several.values(), Result.isFailure), [false, false, true])
  console.log("done")
})

Effect.runPromise(Effect.provide(program, [Vendo.layer, FetchHttpClient.layer]))
