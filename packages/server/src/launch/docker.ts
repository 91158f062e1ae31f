/**
 * Starts a container of the deployment's image. What the image runs, or the
 * command it is given, is `vendo run`; the engine starts it again when it ends.
 */
import { Effect, Option, Redacted, Schema } from "effect"
import { Launcher, type Launching, type Start, type Target } from "@vendodev/broker/install/Launcher"
import type { DockerSettings } from "../launchSettings.ts"
import { EngineFault, makeEngine } from "./engine.ts"
import { nameOf } from "./target.ts"

const containerOf = (target: Target) => `vendo-${nameOf(target)}`

const labelsOf = ({ deployment, tenant }: Target) => ({ "vendo.deployment": deployment.id, "vendo.tenant": tenant })

/** As much of a container as matters here. */
const Container = Schema.Struct({
  Id: Schema.String,
  State: Schema.Struct({ Running: Schema.Boolean }),
  Config: Schema.Struct({ Labels: Schema.NullOr(Schema.Record(Schema.String, Schema.String)) })
})
type Container = typeof Container.Type

const isOf =
  (target: Target) =>
  ({ Config: { Labels } }: Container): boolean =>
    Object.entries(labelsOf(target)).every(([name, value]) => Labels?.[name] === value)

const Created = Schema.Struct({ Id: Schema.String })

const reading =
  <A>(schema: Schema.Codec<A, unknown>) =>
  (body: Option.Option<unknown>) =>
    Option.match(Option.flatMap(body, Schema.decodeUnknownOption(schema)), {
      onNone: () =>
        Effect.fail(new EngineFault({ status: undefined, words: "the Docker engine answered what can not be read" })),
      onSome: Effect.succeed
    })

/** Without a tag an engine would fetch all there are. */
const fetched = (image: string) => {
  const [name = "", digest] = image.split("@")
  if (digest !== undefined) return { fromImage: name, tag: digest }
  const colon = name.lastIndexOf(":")
  return colon > name.lastIndexOf("/")
    ? { fromImage: name.slice(0, colon), tag: name.slice(colon + 1) }
    : { fromImage: name, tag: "latest" }
}

const isMissing = ({ status }: EngineFault) => status === 404
const isTaken = ({ status }: EngineFault) => status === 409

const mostWords = 200

/** What an engine says may repeat what it was given. */
const told = ({ words }: EngineFault, key: Redacted.Redacted): Start => ({
  state: "failed",
  detail: words.replaceAll(Redacted.value(key), "…").replaceAll(/\s+/g, " ").trim().slice(0, mostWords)
})

/** The scope is that of the connections to the engine. */
export const make = Effect.fnUntraced(function* ({ engine: address, network, url }: DockerSettings) {
  const engine = yield* makeEngine(address)

  const create = ({ key, launch, ...target }: Launching) => {
    const { command, directory, image } = launch
    const body = {
      Image: image ?? "",
      ...(command === undefined ? {} : { Cmd: command }),
      ...(directory === undefined ? {} : { WorkingDir: directory }),
      Env: [`VENDO_API_KEY=${Redacted.value(key)}`, `VENDO_BASE_URL=${url}`],
      Labels: labelsOf(target),
      HostConfig: {
        // Something has to wait for what the command leaves behind.
        Init: true,
        RestartPolicy: { Name: "unless-stopped" },
        AutoRemove: false,
        ...Option.match(network, { onNone: () => ({}), onSome: (NetworkMode) => ({ NetworkMode }) })
      }
    }
    const query = { name: containerOf(target) }
    return Effect.flatMap(engine.ask({ method: "POST", path: "/containers/create", query, body }), reading(Created))
  }

  const fetch = (image: string) =>
    engine.follow({ method: "POST", path: "/images/create", query: fetched(image), within: "5 minutes" })

  const created = (launching: Launching) =>
    Effect.catchIf(create(launching), isMissing, () =>
      Effect.andThen(fetch(launching.launch.image ?? ""), create(launching))
    )

  const find = (target: Target) =>
    Effect.flatMap(engine.ask({ method: "GET", path: `/containers/${containerOf(target)}/json` }), reading(Container))

  /** Gone already is as good. */
  const drop = ({ Id }: Container) =>
    Effect.catchIf(engine.ask({ method: "DELETE", path: `/containers/${Id}` }), isMissing, () => Effect.void)

  /** In the place of one that does not run any more; none beside one that does. */
  const placed = (launching: Launching) =>
    Effect.catchIf(Effect.map(created(launching), Option.some), isTaken, () =>
      Effect.gen(function* () {
        const there = yield* find(launching)
        if (!isOf(launching)(there)) {
          const words = `there is a container ${containerOf(launching)} that is not of this deployment`
          return yield* new EngineFault({ status: undefined, words })
        }
        if (there.State.Running) return Option.none()
        yield* drop(there)
        return Option.some(yield* created(launching))
      })
    )

  const launch = Effect.fnUntraced(function* (launching: Launching) {
    const container = yield* placed(launching)
    const detail = `docker logs ${containerOf(launching)} shows its output`
    if (Option.isNone(container)) return { state: "running", detail } as const
    yield* engine.ask({ method: "POST", path: `/containers/${container.value.Id}/start` })
    return { state: "started", detail } as const
  })

  const remove = Effect.fnUntraced(function* (target: Target) {
    const there = yield* find(target)
    if (!isOf(target)(there)) return
    const path = `/containers/${there.Id}/stop`
    yield* engine.ask({ method: "POST", path, query: { t: "10" }, within: "20 seconds" })
    yield* drop(there)
  })

  return Launcher.of({
    name: "docker",
    starts: ({ image }) => image !== undefined,
    launch: Effect.fn("docker.launch")((launching) =>
      Effect.catchTag(launch(launching), "EngineFault", (fault) => Effect.succeed(told(fault, launching.key)))
    ),
    remove: Effect.fn("docker.remove")((target) =>
      remove(target).pipe(
        Effect.catchIf(isMissing, () => Effect.void),
        Effect.catchTag("EngineFault", ({ words }) =>
          Effect.logWarning(`the container ${containerOf(target)} was not removed: ${words}`)
        )
      )
    )
  })
})
