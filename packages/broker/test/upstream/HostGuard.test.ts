import { assert, it } from "@effect/vitest"
import { Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { against, asks, fetchOf } from "./fixtures/asking.ts"
import { broken, ok, type Script, status } from "./fixtures/scripted.ts"

const slow = (account: string) => Effect.andThen(Effect.sleep("20 seconds"), ok(account))

it.effect("what may pass is asked three times, and the last answer counts", () =>
  Effect.gen(function* () {
    const rows: ReadonlyArray<readonly [Script, string, number]> = [
      [(call) => (call < 3 ? status(503) : ok("ca_1")), "token", 3],
      [(call) => (call < 2 ? broken("ECONNRESET") : ok("ca_1")), "token", 2],
      [(call) => (call < 3 ? status(500) : status(401)), "ours", 3],
      [(call) => (call < 2 ? status(409) : status(501)), "unservable", 2],
      [() => status(502), "faulty", 3],
      [() => broken("ECONNREFUSED"), "faulty", 3],
      [() => Effect.die("a defect"), "defect", 1]
    ]
    for (const [script, outcome, asked] of rows) {
      yield* against(script, (calls) =>
        Effect.gen(function* () {
          const exit = yield* Effect.exit(asks)
          assert.strictEqual(Exit.isSuccess(exit) ? exit.value : "defect", outcome)
          assert.strictEqual(calls(), asked)
        })
      )
    }
  })
)

it.effect("what is wrong on our side of the wire is ours, whoever is asked about", () =>
  Effect.gen(function* () {
    const rows: ReadonlyArray<readonly [code: string, verdict: string, asked: number]> = [
      ["ENOTFOUND", "ours", 3],
      ["EAI_AGAIN", "ours", 3],
      ["CERT_HAS_EXPIRED", "ours", 1],
      ["DEPTH_ZERO_SELF_SIGNED_CERT", "ours", 1],
      ["SELF_SIGNED_CERT_IN_CHAIN", "ours", 1],
      ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "ours", 1],
      ["ERR_TLS_CERT_ALTNAME_INVALID", "ours", 1],
      ["ERR_SSL_WRONG_VERSION_NUMBER", "ours", 1],
      ["EPROTO", "ours", 1],
      ["ECONNREFUSED", "faulty", 3],
      ["ECONNRESET", "faulty", 3],
      ["ETIMEDOUT", "faulty", 3],
      ["UND_ERR_SOCKET", "faulty", 3]
    ]
    for (const [code, verdict, asked] of rows) {
      yield* against(
        () => broken(code),
        (calls) =>
          Effect.gen(function* () {
            assert.strictEqual(yield* asks, verdict, code)
            assert.strictEqual(calls(), asked, code)
          })
      )
    }
  })
)

it.effect("an answer comes within ten seconds, whatever the upstream does", () =>
  Effect.gen(function* () {
    const rows: ReadonlyArray<readonly [Script, string, number]> = [
      [() => Effect.never, "faulty", 2],
      [(_, account) => slow(account), "faulty", 2],
      [() => Effect.andThen(Effect.sleep("4900 millis"), status(500)), "faulty", 3],
      [() => Effect.andThen(Effect.sleep("4 seconds"), status(429, { "retry-after": "3" })), "faulty", 2],
      [() => status(503, { "retry-after": "4" }), "faulty", 3],
      [() => status(429, { "retry-after": "600" }), "busy", 1]
    ]
    for (const [script, outcome, asked] of rows) {
      yield* against(script, (calls) =>
        Effect.gen(function* () {
          const fiber = yield* Effect.forkChild(asks)
          yield* TestClock.adjust("10 seconds")
          assert.strictEqual(fiber.pollUnsafe()?._tag, "Success")
          assert.strictEqual(yield* Fiber.join(fiber), outcome)
          assert.strictEqual(calls(), asked)
        })
      )
    }
  })
)

it.effect("one attempt is given five seconds", () =>
  against(
    (call, account) => (call === 1 ? Effect.never : ok(account)),
    (calls) =>
      Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(asks)
        yield* TestClock.adjust("4999 millis")
        assert.strictEqual(calls(), 1)
        yield* TestClock.adjust("1 millis")
        assert.strictEqual(calls(), 2)
        assert.strictEqual(yield* Fiber.join(fiber), "token")
      })
  )
)

it.effect("a wait that was asked for is waited, when there is time, and else at once given up", () =>
  against(
    (call, account) => (call === 1 ? status(429, { "retry-after": "3" }) : ok(account)),
    (calls) =>
      Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(asks)
        yield* TestClock.adjust("2999 millis")
        assert.strictEqual(calls(), 1)
        yield* TestClock.adjust("1 millis")
        assert.strictEqual(yield* Fiber.join(fiber), "token")
      })
  )
)

it.effect("64 calls are under way at most, and nobody waits for longer than ten seconds", () => {
  let underWay = 0
  let most = 0
  return against(
    (_, account) =>
      Effect.acquireUseRelease(
        Effect.sync(() => {
          underWay += 1
          most = Math.max(most, underWay)
        }),
        () => (account === "ca_quick" ? ok(account) : Effect.never),
        () => Effect.sync(() => (underWay -= 1))
      ),
    (calls) =>
      Effect.gen(function* () {
        const slow = yield* Effect.forkChild(
          Effect.forEach(Array.from({ length: 400 }), () => fetchOf("ca_slow"), { concurrency: "unbounded" })
        )
        yield* Effect.yieldNow
        assert.strictEqual(underWay, 64)
        const quick = yield* Effect.forkChild(fetchOf("ca_quick"))
        yield* TestClock.adjust("10 seconds")
        const found = yield* Fiber.join(slow)
        assert.strictEqual(most, 64)
        assert.isAtMost(calls(), 400)
        for (const one of found) assert.strictEqual(one._tag, "Failure")
        const quickly = yield* Fiber.join(quick)
        // The circuit has opened meanwhile: nobody waits for a host that does not answer.
        assert.isTrue(quickly._tag === "Success" || quickly.failure.verdict === "ours")
      })
  )
})

it.effect("one account that is slow leaves room for the others", () =>
  against(
    (_, account) => (account === "ca_slow" ? Effect.never : ok(account)),
    () =>
      Effect.gen(function* () {
        for (let count = 0; count < 63; count += 1) yield* Effect.forkChild(fetchOf("ca_slow"))
        yield* Effect.yieldNow
        for (let count = 0; count < 100; count += 1) {
          assert.strictEqual((yield* fetchOf("ca_quick"))._tag, "Success")
        }
      })
  )
)

it.effect("who finds no place in time sends nothing, and blames no account for it", () =>
  against(
    (_, account) => Effect.andThen(Effect.sleep("4 seconds"), ok(account)),
    (calls) =>
      Effect.gen(function* () {
        const asked = Array.from({ length: 400 }, () => asks)
        const fiber = yield* Effect.forkChild(Effect.all(asked, { concurrency: "unbounded" }))
        yield* TestClock.adjust("10 seconds")
        const outcomes = yield* Fiber.join(fiber)
        const count = (outcome: string) => outcomes.filter((one) => one === outcome).length
        // Three rounds of 64 begin within ten seconds, and two of them end.
        assert.deepStrictEqual([count("token"), count("faulty"), count("ours")], [128, 64, 400 - 192])
        assert.strictEqual(calls(), 192)
      })
  )
)
