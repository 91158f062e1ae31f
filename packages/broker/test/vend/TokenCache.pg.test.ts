import { assert, layer } from "@effect/vitest"
import { Duration, Effect, Fiber } from "effect"
import * as Fixture from "@vendodev/testing/Fixture"
import { askWith, callsOf, codeOf, connected, rowOf, tokenOf } from "./fixtures/asking.ts"
import { Upstream, world } from "./fixtures/upstream.ts"
import { pass, until, withoutWaits } from "./fixtures/virtualTime.ts"

/** Answers of an upstream that is down. */
const down = { name: "down", status: 503, body: "html" } as const

layer(world, { timeout: 120_000 })("A token that expires", (it) => {
  it.effect("is asked for once by a thousand callers, and then served from what is kept", () =>
    Effect.gen(function* () {
      const { account, ask } = yield* connected()
      const all = yield* Effect.all(
        Array.from({ length: 1000 }, () => ask),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(new Set(all.map(tokenOf)).size, 1)
      assert.strictEqual(yield* callsOf(account), 1)
    })
  )

  it.effect("is fetched again sixty seconds before its end, and not before", () =>
    Effect.gen(function* () {
      const { account, ask } = yield* connected({ lifetime: 600, margin: 61, expiresIn: "absent", expiresAt: "iso" })
      const first = tokenOf(yield* ask)
      // Renewals ahead of time begin in the last tenth of what is left.
      yield* pass(Duration.seconds(480))
      assert.strictEqual(tokenOf(yield* ask), first)
      assert.strictEqual(yield* callsOf(account), 1)
      yield* pass(Duration.seconds(61))
      assert.notStrictEqual(tokenOf(yield* ask), first)
    })
  )

  it.effect("without a known end is kept for fifty minutes", () =>
    Effect.gen(function* () {
      const { account, ask } = yield* connected({ lifetime: 86_400, margin: 60, expiresIn: "absent" })
      yield* ask
      yield* pass(Duration.minutes(44))
      yield* ask
      assert.strictEqual(yield* callsOf(account), 1)
      yield* pass(Duration.minutes(6.1))
      yield* ask
      assert.strictEqual(yield* callsOf(account), 2)
    })
  )

  it.effect("in its last tenth is replaced behind the back of who is served from what is kept", () =>
    Effect.gen(function* () {
      const { account, ask } = yield* connected({ lifetime: 3600, margin: 900, expiresIn: "absent", expiresAt: "iso" })
      const first = tokenOf(yield* ask)
      yield* pass(Duration.seconds(3540 - 29))
      const { simulator } = yield* Upstream
      const together = yield* Effect.all([ask, ask, ask], { concurrency: "unbounded" })
      for (const got of together) assert.strictEqual(tokenOf(got), first)
      yield* until(Effect.map(callsOf(account), (calls) => calls === 2))
      const [newest] = (yield* simulator.tokens(account)).toReversed()
      yield* until(Effect.map(ask, (got) => tokenOf(got) === newest?.token))
      assert.strictEqual(yield* callsOf(account), 2)
    })
  )

  it.effect("is fetched to the end, though who asked for it has left", () =>
    Effect.gen(function* () {
      const { account, ask } = yield* connected({ latencyMs: 1000 })
      const leaving = yield* Effect.forkChild(ask)
      yield* until(Effect.map(callsOf(account), (calls) => calls === 1))
      yield* Fiber.interrupt(leaving)
      const staying = yield* Effect.forkChild(ask)
      yield* pass(Duration.seconds(1))
      tokenOf(yield* Fiber.join(staying))
      assert.strictEqual(yield* callsOf(account), 1)
    })
  )

  it.effect(
    "is served in its last minute when the upstream fails, with its true end and a warning, until it is too old",
    () =>
      Effect.gen(function* () {
        const { account, ask, connection } = yield* connected({ lifetime: 600, margin: 0, renews: false })
        const { simulator } = yield* Upstream
        const first = yield* ask
        assert.isUndefined("warning" in first ? first.warning : "refused")
        yield* pass(Duration.seconds(560))
        yield* simulator.addFaults({ ...down, account })
        const served = yield* withoutWaits(ask)
        assert.deepStrictEqual(served, { ...first, warning: "upstream_error" })
        // While the connection rests, nobody waits for the upstream, and nobody asks it.
        const calls = yield* callsOf(account)
        assert.deepStrictEqual(yield* ask, served)
        assert.strictEqual(yield* callsOf(account), calls)
        yield* pass(Duration.seconds(32))
        assert.strictEqual(codeOf(yield* withoutWaits(ask)), "upstream_error")
        assert.strictEqual((yield* rowOf(connection.id)).status === "needs_reauth", false)
        yield* simulator.clearFaults
      })
  )

  it.effect("that can not be fetched fails for all who wait with one reason, and its connection then rests", () =>
    Effect.gen(function* () {
      const { account, ask, connection } = yield* connected()
      const { simulator } = yield* Upstream
      yield* simulator.addFaults({ ...down, account })
      const all = yield* withoutWaits(
        Effect.all(
          Array.from({ length: 50 }, () => ask),
          { concurrency: "unbounded" }
        )
      )
      const [first] = all
      for (const got of all) assert.deepStrictEqual(codeOf(got), "upstream_error")
      assert.property("error" in (first ?? {}) ? first : {}, "error")
      assert.strictEqual(yield* callsOf(account), 3)
      const { failures, resting } = yield* rowOf(connection.id)
      assert.deepStrictEqual({ failures, resting }, { failures: 1, resting: true })
      const rested = yield* ask
      assert.isAtLeast(
        "error" in rested && rested.error._tag === "upstream_error" ? (rested.error.retry_after ?? 0) : 0,
        1
      )
      assert.strictEqual(yield* callsOf(account), 3)
      yield* simulator.clearFaults
      yield* pass(Duration.seconds(2))
      tokenOf(yield* ask)
      assert.deepStrictEqual(yield* rowOf(connection.id), {
        status: "active",
        failures: 0,
        sealed: true,
        resting: false
      })
    })
  )

  it.effect(
    "that keeps failing puts its connection in error, never in need of its user, and one success mends it",
    () =>
      Effect.gen(function* () {
        const { account, ask, connection } = yield* connected()
        const { simulator } = yield* Upstream
        yield* simulator.addFaults({ ...down, account })
        const statuses = []
        for (let round = 0; round < 5; round++) {
          yield* withoutWaits(ask)
          statuses.push((yield* rowOf(connection.id)).status)
          yield* pass(Duration.minutes(2))
        }
        assert.deepStrictEqual(statuses, ["active", "active", "error", "error", "error"])
        yield* simulator.clearFaults
        yield* pass(Duration.minutes(2))
        tokenOf(yield* ask)
        assert.strictEqual((yield* rowOf(connection.id)).status, "active")
      })
  )

  it.effect("of another tenant's account is not taken for one's own", () =>
    Effect.gen(function* () {
      const victim = yield* connected()
      tokenOf(yield* victim.ask)
      const { account, ask } = yield* connected({ sharesTokenOf: victim.account })
      const got = yield* withoutWaits(ask)
      assert.strictEqual(codeOf(got), "upstream_error")
      const { simulator } = yield* Upstream
      yield* simulator.patchAccount(account, { sharesTokenOf: null })
      yield* pass(Duration.minutes(2))
      tokenOf(yield* ask)
    })
  )

  it.effect("is shared by two connections of one account", () =>
    Effect.gen(function* () {
      const { account, key } = yield* connected()
      const again = yield* connectedTo(account)
      assert.strictEqual(tokenOf(yield* askWith(key)), tokenOf(yield* again.ask))
    })
  )
})

const connectedTo = Effect.fnUntraced(function* (account: string) {
  const bound = yield* Fixture.makeManaged({ slug: "google", account })
  return { ...bound, ask: askWith(bound.key) }
})
