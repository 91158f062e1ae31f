import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Clock, ConfigProvider, Effect, Fiber, Layer, Option, Random } from "effect"
import { TestClock } from "effect/testing"
import { Event } from "@vendodev/domain/Event"
import * as Http from "../../src/Http.ts"
import { hearing } from "../../src/run/hearing.ts"
import { Pace } from "../../src/run/Pace.ts"
import { passes, Problem } from "../../src/run/Problem.ts"
import { isPressing, Service } from "../../src/run/Service.ts"
import { Server } from "../../src/Server.ts"
import { deploymentService } from "../fixtures/deploymentService.ts"
import { quickPace } from "../fixtures/quickPace.ts"
import { key } from "../fixtures/runProcess.ts"
import { waitUntil } from "../fixtures/waitUntil.ts"
import { refused } from "../fixtures/inRun.ts"

describe("A stream of events", () => {
  const serviceAt = (url: string) =>
    Service.layer.pipe(
      Layer.provide(
        Layer.mergeAll(
          Layer.succeed(
            Server,
            Server.of({ url, credentialsUrl: `${url}/credentials`, from: "a test", adminToken: Option.none() })
          ),
          Http.layer,
          ConfigProvider.layer(ConfigProvider.fromEnv({ env: { VENDO_API_KEY: key } }))
        )
      ),
      Layer.provide(NodeServices.layer)
    )

  it.live(
    "is heard from its beginning, each event that may want something and no comment, in whatever pieces they come",
    () =>
      Effect.gen(function* () {
        const service = yield* deploymentService()
        let heard = 0
        const until = (count: number) =>
          waitUntil(
            () => heard === count,
            () => `${count} times, and it was ${heard}`
          )
        const { listen } = yield* Effect.provide(Service, serviceAt(service.url))
        const listening = yield* Effect.forkChild(listen(Effect.sync(() => heard++)))
        yield* until(1)
        yield* service.stream(": ping\n\n")
        yield* service.event("deployment.restart_requested")
        yield* until(2)
        yield* service.event("billing.usage_recorded")
        yield* service.stream("event: some\nda")
        yield* service.stream(": a comment in between\n\n")
        yield* service.stream("ta: {}\n\n: ping\n\nid: 3\nevent: connection.conn")
        yield* service.stream("ected\ndata: {}\n\n")
        yield* service.event("billing.cap_warned")
        yield* until(3)
        yield* service.die
        yield* Effect.result(Fiber.join(listening))
        assert.strictEqual(heard, 3)
      })
  )

  it("hurries no run with what is spent, and with all else", () => {
    const kinds = Event.members.map(({ fields: { kind } }) => kind.literal)
    assert.deepStrictEqual(
      kinds.filter((kind) => !isPressing(kind)),
      ["billing.usage_recorded", "billing.balance_changed", "billing.cap_warned", "billing.cap_tripped"]
    )
  })

  it.live("that falls silent is left", () =>
    Effect.gen(function* () {
      const service = yield* deploymentService()
      const { listen } = yield* Effect.provide(Service, serviceAt(service.url)).pipe(
        Effect.provideService(Pace, { ...quickPace, silence: "200 millis" })
      )
      yield* listen(Effect.void)
      yield* service.until(({ listeners }) => listeners() === 0, "nobody listens")
    })
  )
})

describe("Listening", () => {
  /** The seconds at which a service like this is listened to, of the first minutes. */
  const attempts = Effect.fnUntraced(function* (connection: Effect.Effect<void, Problem>) {
    const at: Array<number> = []
    const service = Service.of({
      url: "http://vendo.example",
      environment: Effect.never,
      report: () => Effect.never,
      listen: (heard) =>
        Effect.gen(function* () {
          at.push((yield* Clock.currentTimeMillis) / 1000)
          yield* heard
          yield* connection
        })
    })
    const listening = yield* Effect.forkChild(
      hearing(Effect.void).pipe(
        Effect.provideService(Service, service),
        Effect.provideService(Random.Random, { nextDoubleUnsafe: () => 1, nextIntUnsafe: () => 1 })
      )
    )
    yield* TestClock.adjust("100 seconds")
    yield* Fiber.interrupt(listening)
    return at
  })

  it.effect("begins again ever more slowly, though the door opens for a moment each time", () =>
    Effect.gen(function* () {
      const slowly = [0, 1, 3, 7, 15, 31, 61, 91]
      assert.deepStrictEqual(yield* attempts(Effect.fail(passes("away"))), slowly)
      assert.deepStrictEqual(
        (yield* attempts(Effect.void)).map((second) => second - 100),
        slowly
      )
    })
  )

  it.effect("begins again at once after it has lasted, and slowly where it is refused", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* attempts(Effect.sleep("40 seconds")), [0, 41, 82])
      assert.deepStrictEqual(
        (yield* attempts(Effect.fail(refused("not_found")))).map((second) => second - 100),
        [0, 30, 60, 90]
      )
    })
  )
})
