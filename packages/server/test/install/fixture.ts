/** Installing over the wire, and what came of it. */
import { Effect, Schema } from "effect"
import { type Answer, message, one } from "../fixtures/wire.ts"
import { made, managed, Service } from "../fixtures/service.ts"

/** A manifest's text. */
export const manifest = (name: string, integrations: ReadonlyArray<string>, more: ReadonlyArray<string> = []): string =>
  [`name: ${name}`, "version: 1", `integrations: [${integrations.join(", ")}]`, ...more, ""].join("\n")

export interface Asked {
  readonly body: unknown
  readonly key?: string
  readonly bearer?: string
}

/** The call as it is answered, good or bad. */
export const post = Effect.fnUntraced(function* ({ bearer, body, key }: Asked) {
  const { adminToken, port } = yield* Service
  return yield* one(
    port,
    message({
      method: "POST",
      path: "/api/deployments",
      bearer: bearer ?? adminToken,
      headers: { "Content-Type": "application/json", ...(key === undefined ? {} : { "Idempotency-Key": key }) },
      body: JSON.stringify(body)
    })
  )
})

const Installed = Schema.fromJsonString(
  Schema.Struct({
    deployment: Schema.Struct({
      id: Schema.String,
      slug: Schema.String,
      name: Schema.String,
      kind: Schema.String,
      tool: Schema.NullOr(Schema.Struct({ slug: Schema.String, version: Schema.Number })),
      status: Schema.String,
      env_wanted: Schema.Number,
      bindings: Schema.Array(Schema.Struct({ slug: Schema.String, connection_id: Schema.String }))
    }),
    key: Schema.String,
    key_id: Schema.String,
    launch: Schema.Struct({
      launcher: Schema.String,
      state: Schema.String,
      detail: Schema.NullOr(Schema.String),
      run: Schema.String
    })
  })
)

/** What a good answer says. */
export const read = (answer: Answer) =>
  answer.status === 201
    ? Effect.orDie(Schema.decodeUnknownEffect(Installed)(answer.body))
    : Effect.die(new Error(`${answer.status} ${answer.headers["vendo-error-code"]} ${answer.body}`))

export const install = (asked: Asked) => Effect.flatMap(post(asked), read)

let tenants = 0

/** A tenant with nothing in it, on an installation with a pool. */
export const makeTenant = Effect.gen(function* () {
  yield* managed("PUT", "/pools/openai", { credential: "sk-pool-of-the-installation" })
  const slug = `installs-${++tenants}`
  const { id } = yield* made("POST", "/tenants", { slug, name: slug })
  return { id, base: `/tenants/${id}` }
})
