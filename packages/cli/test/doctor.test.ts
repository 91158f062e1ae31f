import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Diagnosis } from "@vendodev/domain/Diagnosis"
import { listen } from "./fixtures/listen.ts"
import { vendo } from "./fixtures/inProcess.ts"

const well: Diagnosis["composio"] = {
  configured: true,
  simulated: false,
  reachable: true,
  key: "accepted",
  masking: "plain",
  detail: "Composio shows tokens whole, as it must"
}

/** A service that found this, and how a run of the doctor ends there. */
const examined = Effect.fn(function* (found: Partial<Diagnosis["composio"]>, flags: ReadonlyArray<string> = []) {
  const diagnosis: Diagnosis = { composio: { ...well, ...found } }
  const { url } = yield* listen((_, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(diagnosis))
  })
  const ran = yield* vendo(["doctor", ...flags], { env: { VENDO_URL: url, VENDO_ADMIN_TOKEN: "x" } })
  return { ...ran, diagnosis }
})

it.effect("what is well ends with 0, and what is not with 1 and what to do next", () =>
  Effect.gen(function* () {
    for (const [found, exit, expected] of [
      [{}, 0, /^tokens +plain$/m],
      [{ simulated: true }, 0, /^composio +simulated/m],
      [{ masking: "unknown" }, 0, /^next +connect an account/m],
      [{ configured: false, reachable: false, key: "unknown", masking: "unknown" }, 0, /^next .*COMPOSIO_API_KEY/m],
      [{ masking: "masked" }, 1, /^next .*exception[^]*^next .*proxy[^]*^next .*OAuth client/m],
      [{ key: "refused", masking: "unknown" }, 1, /^next .*COMPOSIO_API_KEY/m],
      [{ reachable: false, key: "unknown", masking: "unknown" }, 1, /^next .*COMPOSIO_BASE_URL/m]
    ] as const) {
      const ran = yield* examined(found)
      assert.strictEqual(ran.exit, exit, ran.stdout)
      assert.match(ran.stdout, expected)
      assert.include(ran.stdout, well.detail)
      assert.strictEqual(ran.stderr, "")
    }
    assert.notMatch((yield* examined({})).stdout, /^next/m)
  })
)

it.effect("--json prints what the service found and nothing else, and the end is the same", () =>
  Effect.gen(function* () {
    for (const [found, exit] of [
      [{}, 0],
      [{ masking: "masked" }, 1]
    ] as const) {
      const ran = yield* examined(found, ["--json"])
      assert.deepStrictEqual(JSON.parse(ran.stdout), ran.diagnosis)
      assert.deepInclude(ran, { exit, stderr: "" })
    }
  })
)
