import { assert, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Random, Ref } from "effect"
import { TestClock } from "effect/testing"
import { Events, type EventsOptions } from "@vendodev/client/Events"
import { client, failure, make, type Reply, reset, type Seen } from "./fakeService.ts"
import type { TransportFailed } from "@vendodev/client/Transport"

const encoder = new TextEncoder()

/** A connection that says this, piece by piece, and then ends, or stays open. */
const says = (pieces: ReadonlyArray<string>, then: "ends" | "stays" = "ends"): Reply => ({
  stream: new ReadableStream({
    start: (controller) => {
      for (const piece of pieces) controller.enqueue(encoder.encode(piece))
      if (then === "ends") controller.close()
    }
  })
})

/** Without jitter: the longest wait each time. */
const longestWaits = Effect.provideService(Random.Random, { nextIntUnsafe: () => 0, nextDoubleUnsafe: () => 1 })

const scripted = (...replies: ReadonlyArray<Reply | TransportFailed>) =>
  make((_: Seen, nth) => {
    const reply = replies[nth]
    if (reply === undefined) return Effect.never
    return "_tag" in reply ? Effect.fail(reply) : Effect.succeed(reply)
  })

/** The first so many events of a script, once all waits are over. */
const heard = (count: number, options: EventsOptions, ...replies: ReadonlyArray<Reply | TransportFailed>) =>
  Effect.gen(function* () {
    const service = yield* scripted(...replies)
    const waits = yield* Ref.make<ReadonlyArray<readonly [number, string]>>([])
    const listening = Effect.gen(function* () {
      const events = yield* Events
      const next = yield* events.subscribe({
        onReconnect: (attempt, { code }) => Ref.update(waits, (all) => [...all, [attempt, code] as const]),
        ...options
      })
      return yield* Effect.forEach(Array.from({ length: count }), () => next)
    }).pipe(Effect.scoped, longestWaits, Effect.result, Effect.provide(client(service)))
    const fiber = yield* Effect.forkChild(listening, { startImmediately: true })
    yield* TestClock.adjust("10 minutes")
    return { result: yield* Fiber.join(fiber), seen: yield* service.ledger, waits: yield* Ref.get(waits) }
  })

const lastIds = (seen: ReadonlyArray<Seen>) => seen.map(({ headers }) => headers["last-event-id"])

it.effect("an event may come in any pieces, with or without JSON", () =>
  Effect.gen(function* () {
    const text = 'id: 1\nevent: connection.connected\ndata: {"slug":\ndata: "ü"}\n\n: ping\n\ndata: plain\n\n'
    const bytes = encoder.encode(text)
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
      }
    })
    const { result } = yield* heard(2, {}, { stream })
    assert.deepStrictEqual(
      result,
      yield* Effect.result(
        Effect.succeed([
          { type: "connection.connected", data: { slug: "ü" }, id: "1" },
          { type: "message", data: "plain", id: undefined }
        ])
      )
    )
  })
)

it.effect("where the stream breaks off it goes on after the last event", () =>
  Effect.gen(function* () {
    const { seen } = yield* heard(
      4,
      { lastEventId: "6" },
      says(["id: 7\ndata: 7\n\n"]),
      reset,
      says(["id: 8\ndata: 8\n\ndata: without\n\ndata: cut"]),
      says(["id: 9\ndata: 9\n\n"], "stays")
    )
    assert.deepStrictEqual(lastIds(seen), ["6", "7", "7", "8"])
  })
)

it.effect("waits double up to the longest, begin anew after an event, and never undercut Retry-After", () =>
  Effect.gen(function* () {
    const times: Array<number> = []
    const service = yield* make((_, nth) =>
      Effect.gen(function* () {
        times.push(yield* Effect.clockWith((clock) => clock.currentTimeMillis))
        if (nth === 3) return says(["retry: 2000\ndata: 1\n\n"])
        if (nth === 5) return failure("rate_limited", 429, { "retry-after": "20" })
        if (nth === 6) return says(["data: 2\n\n"], "stays")
        return yield* Effect.fail(reset)
      })
    )
    const listening = Effect.gen(function* () {
      const next = yield* Effect.flatMap(Events, ({ subscribe }) => subscribe({ maxBackoff: Duration.seconds(3) }))
      yield* next
      yield* next
    }).pipe(Effect.scoped, longestWaits, Effect.provide(client(service)))
    const fiber = yield* Effect.forkChild(listening, { startImmediately: true })
    yield* TestClock.adjust("10 minutes")
    yield* Fiber.join(fiber)
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0))
    assert.deepStrictEqual(waits, [1000, 2000, 3000, 2000, 3000, 20_000])
  })
)

it.effect("what refuses the caller for good ends the stream, and nothing else does", () =>
  Effect.gen(function* () {
    const { result, seen, waits } = yield* heard(
      1,
      {},
      failure("unavailable", 503),
      failure("internal_error", 500),
      failure("rate_limited", 429),
      { status: 408 },
      failure("app_revoked", 401)
    )
    assert.strictEqual(result._tag, "Failure")
    assert.strictEqual(seen.length, 5)
    assert.deepStrictEqual(waits, [
      [1, "unavailable"],
      [2, "internal_error"],
      [3, "rate_limited"],
      [4, "upstream_error"]
    ])
  })
)

it.effect("a connection that falls silent is left for another", () =>
  Effect.gen(function* () {
    const { result, seen } = yield* heard(1, {}, says([": ping\n\n"], "stays"), says(["data: 1\n\n"], "stays"))
    assert.strictEqual(result._tag, "Success")
    assert.strictEqual(seen.length, 2)
  })
)

it.effect("the stream is let go of when nobody listens any more, and each one that was left", () =>
  Effect.gen(function* () {
    const service = yield* scripted(says(["data: 1\n\n"]), says(["data: 2\n\n"], "stays"))
    yield* Effect.gen(function* () {
      const next = yield* Effect.flatMap(Events, ({ subscribe }) => subscribe({}))
      yield* next
      const second = yield* Effect.forkChild(next, { startImmediately: true })
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.join(second)
      assert.strictEqual(yield* service.open, 1)
    }).pipe(Effect.scoped, Effect.provide(client(service)))
    assert.strictEqual(yield* service.open, 0)
  })
)
