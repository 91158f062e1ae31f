import { assert, it } from "@effect/vitest"
import { Effect, Exit, Layer, Option, Redacted } from "effect"
import { FetchHttpClient } from "effect/http"
import { inspect } from "node:util"
import { ComposioClient, ComposioSettings } from "@vendodev/broker/upstream/ComposioClient"
import * as FakeComposio from "@vendodev/simulator/FakeComposio"
import type { Fault } from "@vendodev/simulator/Fault"
import { named } from "@vendodev/simulator/faults"
import { listen } from "@vendodev/simulator/listen"
import { defaultSettings } from "@vendodev/simulator/World"

interface Scene extends FakeComposio.Options {
  readonly faults?: ReadonlyArray<Fault>
  readonly key?: string | undefined
  readonly baseUrl?: string
}

/** What a check-up says: the key, the setting, what one account shows; `null` where it does not know. */
const checkUp = ({ baseUrl, faults = [], ...scene }: Scene) =>
  Effect.gen(function* () {
    const simulator = yield* FakeComposio.make(scene)
    yield* simulator.addFaults(...faults)
    const listener = yield* listen(simulator)
    const key = "key" in scene ? scene.key : defaultSettings.readKey
    const settings = Layer.succeed(ComposioSettings, {
      apiKey: Option.map(Option.fromUndefinedOr(key), (text) => Redacted.make(text)),
      baseUrl: baseUrl ?? listener.baseUrl
    })
    const layer = ComposioClient.layer.pipe(Layer.provide([FetchHttpClient.layer, settings]))
    const exit = yield* Effect.flatMap(ComposioClient, ({ check }) => check).pipe(Effect.provide(layer), Effect.exit)
    if (Exit.isFailure(exit)) return assert.fail("a check-up failed")
    const { key: state, maskingIsOn, tokensAreMasked } = exit.value
    const issued = yield* simulator.tokens()
    const shown = inspect(exit.value, { depth: 9, showHidden: true })
    for (const { token } of issued) assert.notInclude(shown, token)
    if (key !== undefined) assert.notInclude(shown, key)
    return [state, Option.getOrNull(maskingIsOn), Option.getOrNull(tokensAreMasked)]
  }).pipe(Effect.scoped)

const accounts = { ca_1: {} }

it.live("a check-up says whether the key is let in and whether tokens are shown", () =>
  Effect.gen(function* () {
    const rows: ReadonlyArray<readonly [Scene, ReadonlyArray<unknown>]> = [
      [{ accounts }, ["accepted", false, false]],
      [{ accounts: {} }, ["accepted", false, null]],
      [{ accounts, masking: true }, ["accepted", true, true]],
      [{ accounts: { ca_1: { masked: "REDACTED" } } }, ["accepted", false, true]],
      [{ accounts: { ca_1: { isComposioManaged: true } } }, ["accepted", false, true]],
      [{ accounts: { ca_0: { status: "EXPIRED" }, ...accounts } }, ["accepted", false, false]],
      [{ accounts: { ca_0: { status: "EXPIRED" } } }, ["accepted", false, null]],
      [{ accounts: { ca_1: { authScheme: "BASIC" } } }, ["accepted", false, null]],
      [{ accounts, faults: [{ route: "config", status: 403 }] }, ["accepted", null, false]],
      [{ accounts, faults: [{ route: "config", status: 404 }] }, ["accepted", null, false]],
      [{ accounts, faults: [{ route: "config", body: "html" }] }, ["accepted", null, false]],
      [{ accounts, faults: [{ route: "account", status: 500 }] }, ["accepted", false, null]]
    ]
    for (const [scene, expected] of rows) {
      assert.deepEqual<unknown>(yield* checkUp(scene), expected, JSON.stringify(scene))
    }
  })
)

it.live("a check-up that gets nowhere says so", () =>
  Effect.gen(function* () {
    const rows: ReadonlyArray<readonly [Scene, string]> = [
      [{ key: undefined }, "missing"],
      [{ key: "wrong" }, "refused"],
      [{ key: "two words" }, "unusable"],
      [{ baseUrl: "http://composio.example" }, "unusable"],
      [{ baseUrl: "http://127.0.0.1:1" }, "silent"],
      [{ faults: [named("forbidden")] }, "refused"],
      [{ faults: [named("internal error")] }, "silent"],
      [{ faults: [named("gzip bomb")] }, "silent"],
      [{ faults: [named("reset before headers")] }, "silent"],
      [{ faults: [named("a page with status 200")] }, "silent"],
      [{ faults: [{ status: 302, headers: [["location", "http://127.0.0.1:1"]] }] }, "silent"]
    ]
    for (const [scene, expected] of rows) {
      assert.deepEqual<unknown>(yield* checkUp({ accounts, ...scene }), [expected, null, null], JSON.stringify(scene))
    }
  })
)
