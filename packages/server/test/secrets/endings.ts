/** What comes into the service to stay, and what ends: pools, inbound webhooks, removals. One answer holds a secret. */
import { Effect, Schema } from "effect"
import { type Call, call } from "../fixtures/client.ts"

interface Tools {
  readonly port: number
  readonly adminToken: string
  /** Asks, and keeps the answer as one that may hold no secret. */
  readonly ask: (request: Call) => Effect.Effect<unknown>
  readonly manage: (method: string, path: string, body?: unknown) => Effect.Effect<unknown>
  readonly paste: (slug: string, secret: string, name: string) => Effect.Effect<string>
  /** Each plants a secret and answers it. */
  readonly keep: (what: string, secret: string) => string
  readonly text: (what: string) => string
  readonly credential: (what: string) => string
  readonly tenant: string
}

const Webhook = Schema.fromJsonString(Schema.Struct({ id: Schema.String, signing_secret: Schema.String }))

export const endings = Effect.fnUntraced(function* (tools: Tools) {
  const { adminToken, ask, credential, keep, manage, paste, port, tenant, text } = tools

  const pool = (slug: string, body: unknown) =>
    ask({ method: "PUT", path: `/api/pools/${slug}`, bearer: adminToken, body })
  // But for its last four characters, which are its hint.
  const sealedPool = text("the key of a pool")
  yield* pool("openai", { credential: `${sealedPool}hint` })
  yield* pool("telegram", { credential: text("a key for a pool there is none of") })
  yield* pool("openai", { credential: `${text("a key of a pool with a space")} x` })
  yield* pool("openai", { credential: { value: text("a key of a pool in an object") } })
  yield* pool("openai", { credentail: text("a key of a pool under a mistyped name") })
  yield* pool(`%22${text("a secret for the slug of a pool")}`, { credential: text("a key of nobody's pool") })
  yield* ask({ method: "GET", path: "/api/pools", bearer: adminToken })

  const body = { slug: "telegram", name: "pushed", profile: "webhook_inbound" }
  const made = yield* call(port, {
    method: "POST",
    path: `/api/tenants${tenant}/connections`,
    bearer: adminToken,
    body
  })
  const { id, signing_secret } = yield* Effect.orDie(Schema.decodeUnknownEffect(Webhook)(made.text))
  keep("the signing secret of an inbound webhook", signing_secret)
  yield* manage("POST", `${tenant}/connections`, body)
  yield* manage("GET", `${tenant}/connections`)

  const removed = yield* paste("linear", credential("the credential of a removed connection"), "ended")
  for (const connection of [id, removed]) {
    yield* manage("DELETE", `${tenant}/connections/${connection}?dry_run=1`)
    yield* manage("DELETE", `${tenant}/connections/${connection}?dry_run=${text("a secret for a dry run")}`)
    yield* manage("DELETE", `${tenant}/connections/${connection}`)
    yield* manage("DELETE", `${tenant}/connections/${connection}`)
  }
  yield* manage("GET", `${tenant}/revocations`)
})
