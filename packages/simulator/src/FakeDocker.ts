/**
 * A Docker engine, as far as a launcher needs one: it makes, starts, stops and removes containers, in which nothing
 * runs. It keeps a ledger of every call, and its time is that of Effect's `Clock`.
 */
import { Effect, Option } from "effect"
import * as Answer from "./Answer.ts"
import { answering, type Simulator, urlOf } from "./answering.ts"
import type { Fault } from "./Fault.ts"
import type { Call, CallFilter } from "./Ledger.ts"
import { refuse, routes } from "./docker/routes.ts"
import * as World from "./docker/World.ts"

export type Options = World.SettingsPatch
export type Container = World.Container

export interface FakeDocker extends Simulator {
  /** An image is on the machine. */
  readonly putImage: (image: string) => Effect.Effect<void>
  /** An image can be fetched; or can not, for a reason that is told in the midst of it. */
  readonly putRemote: (image: string, fault?: string) => Effect.Effect<void>
  /** In the order in which they were made. */
  readonly containers: Effect.Effect<ReadonlyArray<Container>>
  /** One that somebody else made, with an image that is on the machine. */
  readonly putContainer: (container: Omit<Container, "id">) => Effect.Effect<Container>
  /** What runs in it ends, for good. */
  readonly end: (name: string) => Effect.Effect<void>
  readonly addFaults: (...faults: ReadonlyArray<Fault>) => Effect.Effect<void>
  readonly clearFaults: Effect.Effect<void>
  /** No secret is in them: no call has one but in its body. */
  readonly calls: (filter?: CallFilter) => Effect.Effect<ReadonlyArray<Call>>
  readonly clearCalls: Effect.Effect<void>
}

const numberOf = (version: string) => version.split(".").reduce((sum, part) => sum * 1000 + Number(part), 0)

/** As an engine refuses what it does not speak. */
const refusalOf = ({ settings }: World.World, version: string): Answer.Answer | undefined => {
  const { apiVersion, minApiVersion } = settings
  if (numberOf(version) > numberOf(apiVersion)) {
    return refuse(400, `client version ${version} is too new. Maximum supported API version is ${apiVersion}`)
  }
  return numberOf(version) < numberOf(minApiVersion)
    ? refuse(
        400,
        `client version ${version} is too old. Minimum supported API version is ${minApiVersion}, please upgrade your client to a newer version`
      )
    : undefined
}

const pong = Answer.make(200, [["content-type", "text/plain; charset=utf-8"]], Answer.bytes("OK"))

const answerEngine = Effect.fnUntraced(function* (world: World.World, request: Answer.Request) {
  const url = urlOf(request)
  const [, version, path = ""] = /^(?:\/v(\d+\.\d+))?(\/.*)$/.exec(url.pathname) ?? []
  const isPing = path === "/_ping"
  const route = routes.find((each) => each.method === request.method && each.path.test(path))
  const container = route?.path.exec(path)?.[1] ?? ""
  const truth = (): Answer.Answer => {
    if (isPing) return pong
    const refusal = version === undefined ? undefined : refusalOf(world, version)
    if (refusal !== undefined) return refusal
    const context = { world, container, query: url.searchParams, body: request.body }
    return route?.answer(context) ?? refuse(404, "page not found")
  }
  return yield* answering(world, request, {
    path: url.pathname,
    query: url.search,
    route: isPing ? "ping" : (route?.name ?? "unknown"),
    account: container === "" ? null : container,
    key: "absent",
    latencyMs: world.settings.latencyMs,
    common: (now) => [
      ["api-version", world.settings.apiVersion],
      ["date", Answer.httpDate(now)]
    ],
    truth: () => Effect.sync(truth)
  })
})

export const make = (settings: Options = {}): Effect.Effect<FakeDocker> =>
  Effect.sync(() => {
    const world = World.make(settings)
    return {
      answer: (request) => answerEngine(world, request),
      putImage: (image) => Effect.sync(() => void world.images.add(World.tagged(image))),
      putRemote: (image, fault) => Effect.sync(() => void world.registry.set(World.tagged(image), fault ?? null)),
      containers: Effect.sync(() => [...world.containers.values()]),
      putContainer: (container) => Effect.sync(() => World.put(world, { id: crypto.randomUUID(), ...container })),
      end: (name) =>
        Effect.sync(() =>
          Option.map(World.find(world, name), (container) => World.put(world, { ...container, status: "exited" }))
        ),
      addFaults: (...faults) =>
        Effect.sync(() => {
          world.faults = [...world.faults, ...faults]
        }),
      clearFaults: Effect.sync(() => {
        world.faults = []
      }),
      calls: (filter) => Effect.sync(() => world.ledger.calls(filter)),
      clearCalls: Effect.sync(() => world.ledger.clear())
    }
  })
