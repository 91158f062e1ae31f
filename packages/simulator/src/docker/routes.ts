/** The Engine API, as far as a container is made, started, looked at, stopped and removed. */
import { Option, Result, Schema } from "effect"
import { type Answer, bytes, json, make } from "../Answer.ts"
import { type Container, find, put, Spec, tagged, type World } from "./World.ts"

interface Context {
  readonly world: World
  /** Id or name, in the path. */
  readonly container: string
  readonly query: URLSearchParams
  readonly body: string
}

export interface Route {
  /** As the ledger names it. */
  readonly name: string
  readonly method: string
  /** Below the version. */
  readonly path: RegExp
  readonly answer: (context: Context) => Answer
}

export const refuse = (status: number, message: string): Answer => json(status, { message })

const nothing = (status: number): Answer => make(status, [], new Uint8Array())

const decodeSpec = Schema.decodeUnknownResult(Schema.fromJsonString(Spec))

const nameForm = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/

const create = ({ body, query, world }: Context): Answer => {
  const name = query.get("name") ?? ""
  if (!nameForm.test(name)) return refuse(400, `Invalid container name (${name})`)
  const decoded = decodeSpec(body)
  if (Result.isFailure(decoded)) return refuse(400, "invalid JSON")
  const spec = decoded.success
  const image = tagged(spec.Image)
  if (!world.images.has(image)) return refuse(404, `No such image: ${image}`)
  const there = find(world, name)
  if (Option.isSome(there)) {
    const holder = there.value.id
    return refuse(
      409,
      `Conflict. The container name "/${name}" is already in use by container "${holder}". You have to remove (or rename) that container to be able to reuse that name.`
    )
  }
  const id = (crypto.randomUUID() + crypto.randomUUID()).replaceAll("-", "")
  put(world, { id, name, spec, status: "created" })
  return json(201, { Id: id, Warnings: [] })
}

/** About one that is there. */
const of =
  (answer: (container: Container, context: Context) => Answer) =>
  (context: Context): Answer =>
    Option.match(find(context.world, context.container), {
      onNone: () => refuse(404, `No such container: ${context.container}`),
      onSome: (container) => answer(container, context)
    })

const inspect = of(({ id, name, spec, status }) =>
  json(200, {
    Id: id,
    Name: `/${name}`,
    State: { Status: status, Running: status === "running", ExitCode: 0 },
    Image: `sha256:${id}`,
    Config: {
      Image: spec.Image,
      Cmd: spec.Cmd ?? null,
      Env: spec.Env ?? [],
      Labels: spec.Labels ?? {},
      WorkingDir: spec.WorkingDir ?? ""
    },
    HostConfig: spec.HostConfig ?? {}
  })
)

const start = of((container, { world }) => {
  if (container.status === "running") return nothing(304)
  put(world, { ...container, status: "running" })
  return nothing(204)
})

const stop = of((container, { world }) => {
  if (container.status !== "running") return nothing(304)
  put(world, { ...container, status: "exited" })
  return nothing(204)
})

const remove = of(({ id, name, status }, { query, world }) => {
  if (status === "running" && query.get("force") !== "true") {
    return refuse(409, `cannot remove container "/${name}": container is running: stop the container before removing`)
  }
  world.containers.delete(id)
  return nothing(204)
})

/** A line of JSON after the other. What goes wrong in the midst is a line, too. */
const fetchImage = ({ query, world }: Context): Answer => {
  const name = query.get("fromImage") ?? ""
  const tag = query.get("tag") ?? ""
  if (tag === "") return refuse(400, "all tags of an image are more than anybody here wants")
  const image = tag.includes(":") ? `${name}@${tag}` : `${name}:${tag}`
  const fault = world.registry.get(image)
  if (fault === undefined) {
    return refuse(404, `pull access denied for ${name}, repository does not exist or may require 'docker login'`)
  }
  if (fault === null) world.images.add(image)
  const lines = [
    { status: `Pulling from library/${name}`, id: tag },
    { status: "Pulling fs layer", progressDetail: {}, id: "4f4fb700ef54" },
    fault === null
      ? { status: `Status: Downloaded newer image for ${image}` }
      : { errorDetail: { message: fault }, error: fault }
  ]
  const text = lines.map((line) => `${JSON.stringify(line)}\r\n`).join("")
  return make(200, [["content-type", "application/json"]], bytes(text))
}

export const routes: ReadonlyArray<Route> = [
  { name: "create", method: "POST", path: /^\/containers\/create$/, answer: create },
  { name: "inspect", method: "GET", path: /^\/containers\/([^/]+)\/json$/, answer: inspect },
  { name: "start", method: "POST", path: /^\/containers\/([^/]+)\/start$/, answer: start },
  { name: "stop", method: "POST", path: /^\/containers\/([^/]+)\/stop$/, answer: stop },
  { name: "remove", method: "DELETE", path: /^\/containers\/([^/]+)$/, answer: remove },
  { name: "fetch", method: "POST", path: /^\/images\/create$/, answer: fetchImage }
]
