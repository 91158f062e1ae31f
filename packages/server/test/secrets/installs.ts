/** Installing, well and badly: what is pasted and what is set are secrets, and so is the key that comes of it. */
import { Effect, Schema } from "effect"
import type { KeyPrefix } from "@vendodev/broker/vault/KeyFormat"
import { type Call, call } from "../fixtures/client.ts"

interface Tools {
  readonly port: number
  readonly adminToken: string
  /** Asks, and keeps the answer as one that may hold no secret. */
  readonly ask: (request: Call) => Effect.Effect<unknown>
  /** Each plants a secret and answers it. */
  readonly text: (what: string) => string
  readonly credential: (what: string) => string
  readonly known: (what: string, key: string) => string
  readonly invented: (what: string, prefix: KeyPrefix) => string
  /** The path of the tenant, with its id. */
  readonly tenant: string
}

const Installed = Schema.fromJsonString(
  Schema.Struct({ deployment: Schema.Struct({ id: Schema.String }), key: Schema.String })
)

const manifest = (name: string) =>
  `name: ${name}\nversion: 1\nintegrations: [telegram, elevenlabs]\nenv:\n  required: [GREETING]\n`

/** Answers what can be tried again when something is broken. */
export const installs = Effect.fnUntraced(function* (tools: Tools) {
  const { adminToken, ask, credential, invented, known, port, tenant, text } = tools
  const installing = (name: string, over: object = {}, key?: string): Call => ({
    method: "POST",
    path: "/api/deployments",
    bearer: adminToken,
    ...(key === undefined ? {} : { headers: { "idempotency-key": key } }),
    body: {
      tenant_id: tenant.slice(1),
      manifest: manifest(name),
      choices: {
        telegram: { credential: `79:${text(`a bot's token, ${name}`)}` },
        elevenlabs: { credential: credential(`a pasted credential, ${name}`) }
      },
      variables: { GREETING: credential(`a variable, ${name}`) },
      ...over
    }
  })

  // The one answer that holds a key, and the same again.
  const first = installing("canary-tool", {}, text("the name of a request"))
  const [answered, again] = [yield* call(port, first), yield* call(port, first)]
  if (answered.status !== 201 || answered.text !== again.text) {
    return yield* Effect.die(new Error(`not installed: ${answered.text} ${again.text}`))
  }
  const { deployment, key } = yield* Effect.orDie(Schema.decodeUnknownEffect(Installed)(answered.text))
  known("the key of a deployment", key)
  yield* ask({ ...first, body: installing("another-body").body })
  yield* ask(installing("canary-tool"))
  yield* ask(installing("no-choices", { choices: {} }))
  yield* ask(installing("bad-bot", { choices: { telegram: { credential: text("a credential that is no bot's") } } }))
  yield* ask(installing("a-key", { choices: { elevenlabs: { credential: invented("a pasted key", "vendo_sk_") } } }))
  yield* ask(
    installing("bad-choice", { choices: { elevenlabs: { credential: text("a choice too many"), pool: true } } })
  )
  yield* ask(installing("bad-value", { variables: { GREETING: `${text("a variable with NUL")}\0` } }))
  yield* ask(installing("set-by-us", { variables: { VENDO_API_KEY: text("a variable of the service") } }))
  yield* ask(installing("no-manifest", { manifest: `name: ${text("a secret in a manifest")}\n` }))
  yield* ask({ ...installing("bad-name"), headers: { "idempotency-key": `${text("a name with a space")} x` } })
  yield* ask({ method: "POST", path: "/api/tools", bearer: adminToken, body: { manifest: text("no manifest") } })
  const path = `/api/tenants${tenant}/deployments`
  for (const at of [path, `${path}/${deployment.id}`, `${path}/${deployment.id}/history`]) {
    yield* ask({ method: "GET", path: at, bearer: adminToken })
  }
  yield* ask({ method: "DELETE", path: `${path}/${deployment.id}`, bearer: adminToken })
  return ask(installing("broken", {}, text("the name of a broken request")))
})
