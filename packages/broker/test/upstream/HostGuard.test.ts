import { assert, it } from "@effect/vitest"
import { Clock, Duration, Effect, Exit, Fiber, Option, Random } from "effect"
import { TestClock } from "effect/testing"
import { ComposioClient } from "@vendodev/broker/upstream/ComposioClient"
import type { UpstreamRefusal } from "@vendodev/broker/upstream/UpstreamRefusal"
import { ComposioAccountId } from "@vendodev/domain/Ids"
import { broken, ok, type Script, scripted, status } from "./fixtures/scripted.ts"
import { atOnce, quietly } from "./fixtures/upstream.ts"

const fetchOf = (account: string) =>
  Effect.gen(function* () {
    const client = yield* ComposioClient
    return yield* Effect.result(client.fetch(ComposioAccountId.make(account), Option.none()))
  })

const asks = Effect.map(fetchOf("ca_1"), (found) => (found._tag === "Success" ? "token" : found.failure.verdict))
const refusal = Effect.map(fetchOf("ca_1"), (found): UpstreamRefusal => {
  if (found._tag === "Success") throw new Error("a token")
  return found.failure
})

/** Runs a test against a script: a client, no waits, no log. */
const against = <A, E>(
  script: Script,
  test: (calls: () => number) => Effect.Effect<A, E, ComposioClient>,
  onCall?: (call: number) => void
) => {
  const { calls, layer } = scripted(script, onCall)
  return test(calls).pipe(Effect.provide(layer), atOnce, quietly)
}

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
        assert.strictEqual(yield* Fiber.join(fiber), "token")
        assert.strictEqual(calls(), 2)
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

it.effect("half of twenty calls failing opens the circuit; then nothing is sent, and one probe closes it", () => {
  let well = false
  return against(
    (_, account) => (well ? ok(account) : status(500, { "x-should-retry": "false" })),
    (calls) =>
      Effect.gen(function* () {
        for (let call = 0; call < 20; call += 1) assert.strictEqual(yield* asks, "faulty")
        assert.strictEqual(calls(), 20)
        const held = yield* refusal
        assert.strictEqual(held.verdict, "ours")
        assert.deepStrictEqual(held.retryAfter, Duration.seconds(1))
        assert.strictEqual(calls(), 20)

        // The probe fails: left alone for twice as long.
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* asks, "faulty")
        assert.strictEqual(calls(), 21)
        assert.deepStrictEqual((yield* refusal).retryAfter, Duration.seconds(2))
        yield* TestClock.adjust("1999 millis")
        assert.strictEqual(yield* asks, "ours")
        assert.strictEqual(calls(), 21)

        well = true
        yield* TestClock.adjust("1 millis")
        for (let call = 0; call < 30; call += 1) assert.strictEqual(yield* asks, "token")
        assert.strictEqual(calls(), 51)
      })
  )
})

it.effect("fewer than half failing opens nothing", () =>
  against(
    (call, account) => (call % 5 < 2 ? status(500, { "x-should-retry": "false" }) : ok(account)),
    (calls) =>
      Effect.gen(function* () {
        for (let call = 0; call < 200; call += 1) assert.notStrictEqual(yield* asks, "ours")
        assert.strictEqual(calls(), 200)
      })
  )
)

it.effect("what is said of one account is not held against the host", () =>
  Effect.gen(function* () {
    const bodies = (body: string) => Effect.sync(() => new Response(body, { headers: { "x-should-retry": "false" } }))
    const scripts: ReadonlyArray<Script> = [
      ...[400, 401, 403, 404, 408, 409, 410, 422, 501].map((code) => () => status(code, { "x-should-retry": "false" })),
      () => status(429, { "x-should-retry": "false" }),
      () => bodies("<html>"),
      () => bodies("x".repeat(300_000)),
      () => status(302, { location: "/", "x-should-retry": "false" })
    ]
    for (const script of scripts) {
      yield* against(script, (calls) =>
        Effect.gen(function* () {
          for (let call = 0; call < 60; call += 1) yield* asks
          assert.isAtLeast(calls(), 60)
        })
      )
    }
  })
)

it.effect("a clock that is set closes no circuit too early, and keeps none open for too long", () => {
  let well = false
  const jumping = (jump: number) =>
    Clock.clockWith((clock) =>
      Effect.succeed<Clock.Clock>({
        ...clock,
        sleep: (duration) => clock.sleep(duration),
        monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
        currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + jump,
        currentTimeMillis: Effect.sync(() => clock.currentTimeMillisUnsafe() + jump)
      })
    )
  return against(
    (_, account) => (well ? ok(account) : status(500, { "x-should-retry": "false" })),
    () =>
      Effect.gen(function* () {
        for (let call = 0; call < 20; call += 1) yield* asks
        well = true
        const later = yield* jumping(86_400_000)
        assert.strictEqual(yield* Effect.provideService(asks, Clock.Clock, later), "ours")
        yield* TestClock.adjust("1 second")
        const earlier = yield* jumping(-86_400_000)
        assert.strictEqual(yield* Effect.provideService(asks, Clock.Clock, earlier), "token")
      })
  )
})

it.effect("while one call probes, the others are held back; a probe that is given up frees its place", () => {
  let call = 0
  return against(
    (_, account) => {
      call += 1
      if (call <= 20) return status(500, { "x-should-retry": "false" })
      return call === 21 ? Effect.never : ok(account)
    },
    (calls) =>
      Effect.gen(function* () {
        for (let count = 0; count < 20; count += 1) yield* asks
        yield* TestClock.adjust("1 second")
        const probe = yield* Effect.forkChild(asks)
        yield* Effect.yieldNow
        assert.strictEqual(calls(), 21)
        const held = yield* refusal
        assert.deepStrictEqual([held.verdict, held.retryAfter], ["ours", Duration.seconds(1)])
        yield* Fiber.interrupt(probe)
        assert.strictEqual(yield* asks, "token")
      })
  )
})

it.effect("retries are paid for, and cease when nothing succeeds", () =>
  Effect.gen(function* () {
    // Failing in a way that opens no circuit, so that nothing but the budget holds back.
    const failing: Script = () => status(409)
    const spent: Script = () => Effect.sync(() => new Response("<html>"))
    yield* against(spent, (calls) =>
      Effect.gen(function* () {
        for (let call = 0; call < 50; call += 1) yield* asks
        // 500 pays for a hundred retries of 5 each.
        assert.strictEqual(calls(), 150)
        for (let call = 0; call < 50; call += 1) yield* asks
        assert.strictEqual(calls(), 200)
      })
    )
    // An answer, and be it a refusal, shows a host that works: it earns what it costs a fifth of.
    yield* against(failing, (calls) =>
      Effect.gen(function* () {
        for (let call = 0; call < 500; call += 1) yield* asks
        const asked = calls()
        assert.isAbove(asked, 500 + 100)
        assert.isBelow(asked, 500 + 100 + asked / 5 + 2)
      })
    )
  })
)

it.effect("successes pay for retries again, up to what there was", () => {
  let well = false
  return against(
    (_, account) => (well ? ok(account) : Effect.sync(() => new Response("<html>"))),
    (calls) =>
      Effect.gen(function* () {
        for (let call = 0; call < 60; call += 1) yield* asks
        assert.strictEqual(calls(), 160)
        well = true
        for (let call = 0; call < 12; call += 1) yield* asks
        well = false
        yield* asks
        // Twelve earned two retries.
        assert.strictEqual(calls(), 160 + 12 + 3)
        well = true
        for (let call = 0; call < 2000; call += 1) yield* asks
        well = false
        for (let call = 0; call < 100; call += 1) yield* asks
        assert.strictEqual(calls(), 175 + 2000 + 200)
      })
  )
})

it.effect("a retry after a time-out costs twice as much", () =>
  against(
    (call, account) => (call % 3 === 1 ? Effect.never : ok(account)),
    (calls) =>
      Effect.gen(function* () {
        let retried = 0
        for (let call = 0; call < 400; call += 1) {
          const before = calls()
          const fiber = yield* Effect.forkChild(asks)
          yield* TestClock.adjust("5 seconds")
          if ((yield* Fiber.join(fiber)) !== "token") break
          if (calls() - before === 2) retried += 1
        }
        // Of 500 each takes 10, and the two successes until the next one bring 2.
        assert.strictEqual(retried, 62)
      })
  )
)

it.effect("64 calls are under way at most, and who waits in vain is told so within ten seconds", () => {
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

it.effect("an upstream that is down for a minute sees a trickle, and is found again when it is back", () => {
  const { calls, layer } = scripted((_, account) => (down ? status(503) : ok(account)))
  let down = true
  return Effect.gen(function* () {
    let asked = 0
    for (let tenth = 0; tenth < 600; tenth += 1) {
      for (let count = 0; count < 10; count += 1) yield* Effect.forkChild(asks)
      asked += 10
      yield* TestClock.adjust("100 millis")
      if (tenth === 99) assert.isBelow(calls(), 40)
    }
    assert.strictEqual(asked, 6000)
    // Twenty to open, and hardly more than one probe every ten seconds after that.
    assert.isBelow(calls(), 60)
    down = false
    yield* TestClock.adjust("10 seconds")
    for (let count = 0; count < 100; count += 1) assert.strictEqual(yield* asks, "token")
  }).pipe(Effect.provide(layer), Random.withSeed("trickle"), quietly)
})
