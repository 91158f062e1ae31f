import { assert, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { IncomingMessage } from "node:http"
import { Socket } from "node:net"
import { ConnectionId, IntegrationSlug } from "@vendodev/domain/Ids"
import { block, cutOffWhenStalled } from "../src/Events.ts"

const id = "6f1c1f6e-0f0f-4c1e-9d53-2f6f2ad5a5a1"

it("An event is one block: its id, its kind, and all of it as one line of JSON", () => {
  const said = block({
    id: "42",
    at: DateTime.makeUnsafe("2026-01-02T03:04:05.678Z"),
    kind: "connection.status_changed",
    slug: IntegrationSlug.make("notion"),
    connection_id: ConnectionId.make(id),
    status: "needs_reauth"
  })
  const data = `{"id":"42","at":"2026-01-02T03:04:05.678Z","kind":"connection.status_changed","slug":"notion","connection_id":"${id}","status":"needs_reauth"}`
  assert.strictEqual(said, `id: 42\nevent: connection.status_changed\ndata: ${data}\n\n`)
  assert.strictEqual(block("ping"), ": ping\n\n")
})

const patience = Duration.seconds(60)

/** A reader who takes the first of two chunks, and the second after a while. */
const reading = (source: IncomingMessage, stopping: Effect.Effect<void>, pause: Duration.Duration) =>
  Stream.make(new Uint8Array(1), new Uint8Array(1)).pipe(
    Stream.rechunk(1),
    cutOffWhenStalled(source, patience, stopping),
    Stream.runForEach(() => Effect.sleep(pause)),
    Effect.forkChild({ startImmediately: true })
  )

it.effect("A reader who takes nothing for as long as a lease is cut off, and no other", () =>
  Effect.gen(function* () {
    const slow = new IncomingMessage(new Socket())
    yield* reading(slow, Effect.never, Duration.seconds(59))
    const stalled = new IncomingMessage(new Socket())
    yield* reading(stalled, Effect.never, Duration.minutes(5))
    yield* TestClock.adjust("59 seconds")
    assert.isFalse(stalled.destroyed)
    yield* TestClock.adjust("1 second")
    assert.deepStrictEqual([slow.destroyed, stalled.destroyed], [false, true])
  })
)

it.effect("A reader who waits for what has not come is not cut off", () =>
  Effect.gen(function* () {
    const waiting = new IncomingMessage(new Socket())
    const chunks = Stream.make(new Uint8Array(1)).pipe(Stream.concat(Stream.never))
    yield* Effect.forkChild(Stream.runDrain(cutOffWhenStalled(waiting, patience, Effect.never)(chunks)))
    yield* TestClock.adjust("5 minutes")
    assert.isFalse(waiting.destroyed)
  })
)

it.effect("A reader who takes nothing when the server stops is cut off after a second", () =>
  Effect.gen(function* () {
    const stalled = new IncomingMessage(new Socket())
    const fiber = yield* reading(stalled, Effect.void, Duration.minutes(5))
    yield* TestClock.adjust("1 second")
    assert.isTrue(stalled.destroyed)
    yield* Fiber.interrupt(fiber)
  })
)
