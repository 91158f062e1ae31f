import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { Billing } from "@vendodev/client/Billing"
import { client, make } from "./fakeService.ts"

it.live("a balance is known though nobody said where people add to it", () =>
  Effect.gen(function* () {
    const body = { credits_remaining_micros: 7, currency: "USD", top_up_url: null }
    const service = yield* make(() => Effect.succeed({ body }))
    const balance = yield* Effect.provide(
      Effect.flatMap(Billing, ({ balance }) => balance),
      client(service)
    )
    assert.deepStrictEqual(balance, { creditsRemainingMicros: 7, currency: "USD", topUpUrl: null })
  })
)
