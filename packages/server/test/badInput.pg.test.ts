import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { administer, askedSince, lastAsked } from "./edges/administer.ts"
import { framing } from "./edges/badFraming.ts"
import { badHeaders, malformedKeys } from "./edges/badHeaders.ts"
import { isAnswered } from "./edges/badRow.ts"
import { badTargets } from "./edges/badTargets.ts"
import { isRow, isToken } from "./edges/row.ts"
import { connectAndBind, makeTenant, Service, vend } from "./fixtures/service.ts"
import type { Answer } from "./fixtures/wire.ts"
import * as World from "./edges/world.ts"

layer(World.layer(), { excludeTestServices: true })("Bad input", (it) => {
  for (const [group, rows] of Object.entries({ ...badTargets, ...badHeaders, framing })) {
    for (const bad of rows) it.effect(`${group}: ${bad.name} → ${bad.answer}`, () => isAnswered(bad))
  }

  it.effect("a key whose shape or checksum says no costs no statement", () =>
    Effect.gen(function* () {
      const { keys } = yield* World.World
      const before = yield* lastAsked
      assert.isNotEmpty(before)
      for (const bad of [
        ...malformedKeys,
        ...badTargets.paths.filter(({ answer }) => answer === "validation_failed")
      ]) {
        yield* isAnswered(bad)
      }
      assert.deepStrictEqual(yield* askedSince(before), [])
      isRow(yield* vend("notion", keys.unknown), "app_unknown")
      assert.isNotEmpty(yield* askedSince(before))
    })
  )

  it.effect("a key that is none and one nobody issued get the same answer, byte for byte", () =>
    Effect.gen(function* () {
      const { keys } = yield* World.World
      const nobody = yield* vend("notion", keys.unknown)
      const none = yield* vend("notion", "hunter2")
      const comparable = ({ body, headers, status }: Answer) => ({
        status,
        body,
        ...headers,
        date: "",
        "x-request-id": ""
      })
      assert.deepStrictEqual(comparable(none), comparable(nobody))
    })
  )

  it.effect("every profile has its answer: what was pasted, the caller's own key, or that there is no vending it", () =>
    Effect.gen(function* () {
      const tenant = yield* makeTenant
      yield* connectAndBind(tenant, "stripe", { credential: "pasted_unsaid", profile: "byok_static" })
      yield* connectAndBind(tenant, "openai", { profile: "vendo_managed_pool" })
      yield* connectAndBind(tenant, "telegram", { credential: "77:hook_unsaid", profile: "webhook_inbound" })
      isToken(yield* vend("stripe", tenant.key), "pasted_unsaid")
      isToken(yield* vend("openai", tenant.key), tenant.key)
      isToken(yield* vend("v1/OPENAI_API_KEY", tenant.key), tenant.key)
      isRow(yield* vend("telegram", tenant.key), "profile_unsupported")
    })
  )

  it.effect("a key of a tenant that is gone is one nobody issued", () =>
    Effect.gen(function* () {
      const tenant = yield* makeTenant
      yield* connectAndBind(tenant, "notion", { credential: "gone_unsaid" })
      yield* administer(`DELETE FROM broker.tenants WHERE id = '${tenant.id}'`)
      isRow(yield* vend("notion", tenant.key), "app_unknown")
    })
  )

  it.effect("1,000 equal calls at once are all answered", () =>
    Effect.gen(function* () {
      const { keys, token } = yield* World.World
      const answers = yield* Effect.all(
        Array.from({ length: 1000 }, () => vend("notion", keys.good)),
        { concurrency: "unbounded" }
      )
      for (const answer of answers) isToken(answer, token)
      assert.strictEqual(new Set(answers.map(({ headers }) => headers["x-request-id"])).size, 1000)
    })
  )

  it.effect("all of it has left the service as it was, with nothing in its log", () =>
    Effect.gen(function* () {
      const { server } = yield* Service
      const { keys, token } = yield* World.World
      assert.isNull(server.child.exitCode)
      isToken(yield* vend("notion", keys.good), token)
      assert.notMatch(server.output(), /ERROR|WARN|hunter2|vendo_[sa]/)
      for (const secret of yield* World.secrets) assert.notInclude(server.output(), secret)
    })
  )
})
