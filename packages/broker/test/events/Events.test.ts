import { assert, it } from "@effect/vitest"
import { Clock, Duration, Effect, Fiber, Layer, Option, Stream } from "effect"
import { TestClock } from "effect/testing"
import { UserIdentity } from "@vendodev/broker/access/UserIdentity"
import { EventLog } from "@vendodev/broker/events/EventLog"
import { Events } from "@vendodev/broker/events/Events"
import { Wakeups } from "@vendodev/broker/events/Wakeups"
import { mint } from "@vendodev/broker/vault/KeyFormat"
import { generate, Keyring } from "@vendodev/broker/vault/Keyring"
import { TenantId } from "@vendodev/domain/Ids"

const tenant = TenantId.make("00000000-0000-4000-8000-000000000001")

it.effect("a stream asks in time whether it may go on, also by a clock that was set back", () =>
  Effect.gen(function* () {
    const renewed: Array<number> = []
    const log = EventLog.of({
      take: (keyHash) => Effect.succeed({ id: "", keyHash, tenant, latest: 0 }),
      leave: () => Effect.void,
      ask: ({ lease }) =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          if (Option.isSome(lease)) renewed.push(now)
          return { events: [], expiresIn: Duration.infinity }
        })
    })
    const events = Events.layer.pipe(
      Layer.provide([
        Layer.succeed(EventLog, log),
        Keyring.layerOf(generate("k1")),
        Layer.mock(UserIdentity, {}),
        Wakeups.none
      ])
    )
    yield* Effect.gen(function* () {
      const { open } = yield* Events
      yield* TestClock.setTime(3_600_000)
      const key = Option.some(mint("vendo_sk_"))
      const stream = yield* open({ key, userJwt: Option.none(), after: Option.none() })
      yield* TestClock.setTime(0)
      const heard = yield* Effect.forkChild(Stream.runCollect(Stream.take(stream, 2)))
      yield* TestClock.adjust("2 hours")
      assert.deepStrictEqual([...(yield* Fiber.join(heard))], ["ping", "ping"])
      assert.deepStrictEqual(renewed, [25_000, 50_000])
    }).pipe(Effect.provide(events))
  })
)
