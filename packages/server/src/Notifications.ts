/**
 * `Wakeups` over `LISTEN`: one connection of its own per process, as long as
 * anybody waits for word. What is lost while it is away, or behind a pooler that
 * passes none on, is found out by asking now and then.
 */
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Queue, RcRef, Schedule } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import { Wakeups } from "@vendodev/broker/events/Wakeups"

/** What triggers call it. */
const channel = "vendo_events"

/** Of many processes that lost the same database, not all come back at once. */
const patience = Schedule.jittered(Schedule.spaced("1 second"))

export const layer = Layer.effect(
  Wakeups,
  Effect.gen(function* () {
    const { config } = yield* PgClient.PgClient
    const waiting = new Map<string, Set<Queue.Queue<void>>>()
    const wake = (queues: Iterable<Queue.Queue<void>> = []) => {
      for (const queue of queues) Queue.offerUnsafe(queue, undefined)
    }

    const hear = Effect.gen(function* () {
      const client = yield* PgClient.makeClient(config)
      const notifications = yield* client.listen(channel)
      // Whatever was said before this moment was said to nobody.
      for (const queues of waiting.values()) wake(queues)
      return yield* Effect.forever(Effect.map(Queue.take(notifications), ({ payload }) => wake(waiting.get(payload))))
    }).pipe(Effect.scoped)

    const ear = yield* RcRef.make({
      acquire: Effect.forkScoped(Effect.retry(hear, patience))
    })

    const on = (word: string) =>
      Effect.gen(function* () {
        const queue = yield* Queue.sliding<void>(1)
        yield* Effect.acquireRelease(
          Effect.sync(() => {
            const queues = waiting.get(word) ?? new Set()
            waiting.set(word, queues.add(queue))
          }),
          () =>
            Effect.sync(() => {
              const queues = waiting.get(word)
              queues?.delete(queue)
              if (queues?.size === 0) waiting.delete(word)
            })
        )
        yield* RcRef.get(ear)
        return queue
      })

    // Tenants are named by their ids, so no other word is taken for one.
    return Wakeups.of({ of: on, revocations: on("revocations") })
  })
).pipe(Layer.provide(Reactivity.layer))
