/** Everything that can go right and wrong with secrets, done to a running server. */
import { Effect, Redacted, Schema } from "effect"
import { randomBytes } from "node:crypto"
import { type KeyPrefix, mint } from "@vendodev/broker/vault/KeyFormat"
import { send } from "@vendodev/testing/rawHttp"
import type { Canary } from "./canaries.ts"
import { type Answered, type Call, call } from "../fixtures/client.ts"
import { installs } from "./installs.ts"
import { deploymentQuestions } from "./deploymentQuestions.ts"
import { endings } from "./endings.ts"
import { ownQuestions } from "./ownQuestions.ts"

/** An answer in which no canary may be. */
export interface Silent extends Answered {
  readonly to: string
}

interface Options {
  readonly port: number
  readonly adminToken: string
  /** Statements of the database's administrator. */
  readonly administer: (...statements: ReadonlyArray<string>) => Effect.Effect<void>
  /** Runs with the database out of reach. */
  readonly duringOutage: <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

const Id = Schema.fromJsonString(Schema.Struct({ id: Schema.String }))
const Minted = Schema.fromJsonString(Schema.Struct({ id: Schema.String, key: Schema.String }))
const IssuedToken = Schema.fromJsonString(Schema.Struct({ token: Schema.String }))
const Token = Schema.fromJsonString(Schema.Struct({ access_token: Schema.String }))

export const everything = Effect.fnUntraced(function* ({ administer, adminToken, duringOutage, port }: Options) {
  const canaries: Array<Canary> = []
  const silent: Array<Silent> = []

  const keep = (what: string, secret: string) => {
    canaries.push({ what, secret })
    return secret
  }
  /** Printable ASCII that no encoding leaves as it is. */
  const credential = (what: string) =>
    keep(what, `${randomBytes(12).toString("base64url")}"\\/+=&%????>>>>${randomBytes(12).toString("base64url")}`)
  const text = (what: string) => keep(what, randomBytes(24).toString("hex"))
  const known = (what: string, key: string) => {
    keep(what, key.slice("vendo_sk_".length + 4))
    return key
  }
  const invented = (what: string, prefix: KeyPrefix) => known(what, Redacted.value(mint(prefix)))

  const ask = (request: Call) =>
    Effect.map(call(port, request), (answer) => {
      silent.push({ ...answer, to: `${request.method} ${request.path.replaceAll(/[?].*/g, "?…")}` })
      return answer
    })
  const manage = (method: string, path: string, body?: unknown) =>
    ask({ method, path: `/api/tenants${path}`, bearer: adminToken, ...(body === undefined ? {} : { body }) })
  const made = Effect.fnUntraced(function* (method: string, path: string, body: unknown) {
    const answer = yield* manage(method, path, body)
    return (yield* Effect.orDie(Schema.decodeUnknownEffect(Id)(answer.text))).id
  })
  /** The one answer that holds a key. */
  const minted = Effect.fnUntraced(function* (what: string, path: string) {
    const { text } = yield* call(port, { method: "POST", path: `/api/tenants${path}`, bearer: adminToken, body: {} })
    const { id, key } = yield* Effect.orDie(Schema.decodeUnknownEffect(Minted)(text))
    return { id, key: known(what, key) }
  })
  /** The one answer that holds a credential. */
  const vended = Effect.fnUntraced(function* (path: string, bearer: string, expected: string) {
    const { status, text } = yield* call(port, { method: "GET", path: `/credentials/${path}`, bearer })
    const token = yield* Effect.orDie(Schema.decodeUnknownEffect(Token)(text))
    if (token.access_token !== expected) return yield* Effect.die(new Error(`${path}: ${status}, another credential`))
  })
  const vend = (path: string, bearer: string, headers: Record<string, string> = {}) =>
    ask({ method: "GET", path: `/credentials/${path}`, bearer, headers })
  const raw = Effect.fnUntraced(function* (to: string, request: string) {
    const { body, headers, status, text } = yield* Effect.orDie(send(port, request))
    silent.push({ to, status, code: headers["vendo-error-code"] ?? null, text: text + body })
  })

  keep("the admin token", adminToken.slice("vendo_at_".length + 4))
  const tenant = `/${yield* made("POST", "", { slug: "canary", name: "Canary" })}`
  const newApp = (slug: string, kind = "production") => made("POST", `${tenant}/apps`, { slug, name: slug, kind })
  const [app, other, idle] = [yield* newApp("tool"), yield* newApp("other"), yield* newApp("idle")]
  const paste = (slug: string, secret: string, name = slug) =>
    made("POST", `${tenant}/connections`, { slug, name, credential: secret })
  const notion = credential("the notion credential")
  const openai = credential("the openai credential")
  const telegram = `77:${text("the telegram token")}`
  const revoked = credential("the credential of a revoked connection")
  const spoilt = credential("the credential whose box was altered")
  const bind = (to: string, slug: string, connection: string) =>
    manage("PUT", `${tenant}/apps/${to}/bindings/${slug}`, { connection_id: connection })
  const notionId = yield* paste("notion", notion)
  yield* bind(app, "notion", notionId)
  yield* bind(app, "openai", yield* paste("openai", openai))
  const telegramId = yield* paste("telegram", telegram)
  yield* bind(app, "telegram", telegramId)
  const revokedId = yield* paste("slack", revoked)
  yield* bind(app, "slack", revokedId)
  yield* manage("POST", `${tenant}/connections/${revokedId}/revoke`)
  const spoiltId = yield* paste("linear", spoilt)
  yield* bind(app, "linear", spoiltId)

  const { key } = yield* minted("the key of the app", `${tenant}/apps/${app}/keys`)
  const { key: narrow } = yield* minted("the key of a connection", `${tenant}/connections/${notionId}/keys`)
  const gone = yield* minted("a revoked key", `${tenant}/apps/${app}/keys`)
  const late = yield* minted("an expired key", `${tenant}/apps/${app}/keys`)
  yield* manage("DELETE", `${tenant}/keys/${gone.id}`)
  yield* administer(
    `UPDATE broker.app_keys SET expires_at = now() - interval '1 hour' WHERE id = '${late.id}'`,
    `UPDATE broker.connections SET secret_box = set_byte(secret_box, 40, 1 + get_byte(secret_box, 40) % 255)
      WHERE id = '${spoiltId}'`
  )

  yield* vended("notion", key, notion)
  yield* vended("openai", key, openai)
  yield* vended("v1/TELEGRAM_BOT_TOKEN", key, telegram)
  yield* vended("notion", narrow, notion)
  for (const path of [
    "",
    `${tenant}/apps`,
    `${tenant}/connections`,
    `${tenant}/keys`,
    `${tenant}/apps/${app}/bindings`
  ]) {
    yield* manage("GET", path)
  }

  const own = { key, narrow, gone: gone.key, late: late.key }
  const asksItself = yield* ownQuestions({
    port,
    ask,
    invented,
    known,
    manage,
    text,
    tenant,
    own,
    notion,
    openai,
    telegram
  })

  const installsAgain = yield* installs({ port, adminToken, ask, text, credential, known, invented, tenant })
  const asksOfDeployments = yield* deploymentQuestions({
    port,
    adminToken,
    administer,
    ask,
    manage,
    text,
    credential,
    tenant,
    app,
    other,
    own,
    bound: [notion, openai, telegram]
  })
  yield* endings({ port, adminToken, ask, manage, paste, keep, text, credential, tenant })

  // Who asks.
  yield* vend("notion", invented("a key nobody issued", "vendo_sk_"))
  yield* vend("notion", `${key}x`)
  yield* vend("notion", key.toUpperCase())
  yield* vend("notion", text("a key of another product"))
  yield* vend("notion", gone.key)
  yield* vend("notion", late.key)
  yield* vend("notion", key, { authorization: `Basic ${Buffer.from(`${key}:`).toString("base64")}` })
  yield* vend("notion", key, { "x-vendo-user-jwt": `${text("a JWT's head")}.${text("its claims")}.${text("its tag")}` })
  yield* vend("notion", key, { "x-vendo-connection": text("a secret for a connection's id") })
  for (const bearer of [invented("an admin token nobody issued", "vendo_at_"), `${adminToken}x`, key]) {
    yield* ask({ method: "GET", path: "/api/tenants", bearer })
  }

  // What is asked for.
  yield* vend("stripe", key)
  yield* vend("openai", narrow)
  yield* vend("slack", key)
  yield* vend("linear", key)
  yield* vend("nonesuch", key)
  yield* vend(narrow, key)
  yield* vend(`v1/${text("a secret for a variable")}`, key)
  yield* vend(`%22${text("a secret for a slug")}`, key)
  yield* vend(`_bulk?slugs=gmail,${narrow}`, key)
  yield* vend(`_bulk?slugs=gmail,.${text("a secret for slugs")}`, key)
  yield* vend("_bulk?slugs=gmail", invented("a key nobody issued, for many", "vendo_sk_"))
  for (const query of ["token", "access_token", "api_key"]) {
    const value = query === "api_key" ? key : text(`a secret in the query, as ${query}`)
    yield* vend(`notion?${query}=${value}`, key)
    yield* manage("GET", `?${query}=${encodeURIComponent(value)}`)
  }
  yield* ask({ method: "GET", path: `/${text("a secret for a path")}` })
  yield* ask({ method: "POST", path: "/credentials/notion", bearer: key, body: { key: text("a secret in a body") } })

  // What was refused elsewhere.
  const report = (slug: string, body: unknown) =>
    ask({ method: "POST", path: `/credentials/${slug}/refused`, bearer: key, body })
  yield* report(narrow, { fingerprint: "0".repeat(64), status: 401 })
  yield* report("notion", { fingerprint: text("a token for its fingerprint"), status: 401 })
  yield* report("notion", { fingerprint: "0".repeat(64), status: 401, token: text("a token beside its fingerprint") })
  yield* report("notion", text("a token for a report"))
  yield* ask({ method: "GET", path: `/connections/connect/${narrow}` })

  // Who somebody is.
  const issue = (body: unknown) => ask({ method: "POST", path: "/api/deployments/me/user-tokens", bearer: key, body })
  yield* issue({ subject: `${text("a secret for a subject")}\n` })
  yield* issue({ subject: "alice", expires_in: text("a secret for a lifetime") })
  const issued = yield* call(port, {
    method: "POST",
    path: "/api/deployments/me/user-tokens",
    bearer: key,
    body: { subject: "alice" }
  })
  const userToken = (yield* Effect.orDie(Schema.decodeUnknownEffect(IssuedToken)(issued.text))).token
  keep("the signature of a user token", userToken.slice(userToken.lastIndexOf(".") + 1))
  yield* vend("notion", key, { "x-vendo-user-jwt": userToken })
  yield* vend("notion", key, { "x-vendo-user-jwt": `${userToken}x` })

  // What is pasted.
  const pasting = (body: object) => manage("POST", `${tenant}/connections`, body)
  yield* pasting({ slug: "notion", credential: `é${credential("a credential that is no ASCII")}` })
  yield* pasting({ slug: "notion", credential: `${credential("a credential of two lines")}\n2` })
  yield* pasting({ slug: "notion", credential: credential("a credential too long").padEnd(20_000, "x") })
  yield* pasting({ slug: "notion", credential: invented("a key pasted as a credential", "vendo_sk_") })
  yield* pasting({ slug: "notion", name: "notion", credential: credential("another credential of the same name") })
  yield* pasting({ slug: "telegram", name: "t", credential: credential("a bot token that is none") })
  yield* pasting({ slug: "openai", profile: "vendo_managed_pool", credential: credential("a credential for a pool") })
  yield* pasting({ slug: "openai", profile: "user_oauth", credential: credential("a credential for a wrong profile") })
  yield* pasting({ slug: "nonesuch", credential: credential("a credential for nothing") })
  yield* pasting({ slug: "notion", credential: { value: text("a credential in an object") } })
  yield* pasting({ slug: "notion", credential: [text("a credential in a list")] })
  yield* pasting({ slug: "notion", credentail: text("a credential under a mistyped name") })
  yield* pasting({ slug: "notion", credential: text("a credential beside another"), secret: text("the other") })
  yield* pasting({ slug: invented("a key for a slug", "vendo_sk_") })
  yield* pasting({ slug: "notion", credential: credential("a credential in a body too large").padEnd(70_000, "x") })
  yield* manage("PUT", `${tenant}/apps/${app}/bindings/notion`, { connection_id: text("a secret for an id") })
  yield* manage("POST", `${tenant}/apps/${app}/keys`, { expires_at: text("a secret for a date") })
  yield* bind(other, "telegram", telegramId)
  yield* bind(idle, "slack", revokedId)
  const free = yield* paste("telegram", `78:${text("the token of a free bot")}`, "free")
  yield* bind(yield* newApp("box", "sandbox"), "telegram", free)

  // What is no request.
  const head = (line: string) => `${line}\r\nHost: localhost\r\nAuthorization: Bearer ${key}\r\n`
  const vendLine = "GET /credentials/notion HTTP/1.1"
  yield* raw("a header twice", `${head(vendLine)}Authorization: Bearer ${narrow}\r\n\r\n`)
  yield* raw("a space before a colon", `${head(vendLine)}X-Api-Key : ${text("a secret in a bad header")}\r\n\r\n`)
  yield* raw("no HTTP", `${text("a secret that is no request")} ${key}\r\n\r\n`)
  yield* raw("a large header", `${head(vendLine)}X: ${text("a secret in a large header").padEnd(20_000, "x")}\r\n\r\n`)
  yield* raw("bad JSON", json(tenant, adminToken, `{"credential": "${text("a secret in bad JSON")}"`))
  yield* raw("a bad escape", json(tenant, adminToken, `{"credential": "\\x${text("a secret after a bad escape")}"}`))

  // What is our fault.
  const pasteWhen = (name: string) =>
    pasting({ slug: "stripe", name, credential: credential(`a credential pasted ${name}`) })
  const all = Effect.fnUntraced(function* (when: string) {
    yield* vend("notion", key)
    yield* pasteWhen(when)
    yield* asksItself
    yield* installsAgain
    yield* asksOfDeployments
    yield* ask({ method: "GET", path: "/api/tenants", bearer: adminToken })
    yield* ask({ method: "GET", path: "/readyz" })
  })
  yield* administer(`ALTER SCHEMA gate RENAME TO gate_away`)
  yield* all("without functions")
  yield* administer(
    `ALTER SCHEMA gate_away RENAME TO gate`,
    `ALTER TABLE broker.connections ADD CONSTRAINT trap CHECK (integration <> 'stripe')`
  )
  yield* pasteWhen("into a trap")
  yield* administer(`ALTER TABLE broker.connections DROP CONSTRAINT trap`)
  yield* duringOutage(all("during an outage"))
  return { canaries, silent, vendAgain: vended("notion", key, notion) }
})

const json = (tenant: string, bearer: string, body: string) =>
  [
    `POST /api/tenants${tenant}/connections HTTP/1.1`,
    "Host: localhost",
    "Connection: close",
    `Authorization: Bearer ${bearer}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "",
    body
  ].join("\r\n")
