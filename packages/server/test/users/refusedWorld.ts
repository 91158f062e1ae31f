/** A tenant with a credential of its own and one of a user for the same integration; and whatever a user can lack. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Clock, Context, Effect, Layer, Redacted, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { UserTokenKeys } from "@vendodev/broker/access/UserTokenKeys"
import { mint } from "@vendodev/broker/vault/KeyFormat"
import { Keyring } from "@vendodev/broker/vault/Keyring"
import { publicHalfOf } from "@vendodev/broker/vault/tokenSignature"
import type { ErrorCode } from "@vendodev/domain/BrokerError"
import * as KeyFile from "@vendodev/server/KeyFile"
import { TestDatabase } from "@vendodev/testing/Postgres"
import { temporaryDirectory } from "@vendodev/testing/ServerProcess"
import type { Issuer } from "@vendodev/testing/userTokens"
import { administer } from "../edges/administer.ts"
import * as Service from "../fixtures/service.ts"
import { message, one } from "../fixtures/wire.ts"
import { issuers, keySet, settings } from "./issuer.ts"

const { bind, connectAndBind, made, makeApp, makeTenant, managed } = Service

/** Seconds since 1970, by the clock of this machine. */
export const now = Effect.map(Clock.currentTimeMillis, (millis) => Math.floor(millis / 1000))

const Issued = Schema.fromJsonString(Schema.Struct({ token: Schema.String }))

/** A token of the broker's own, asked for as an app does. */
export const issueAt = Effect.fnUntraced(function* (port: number, key: string, subject: string) {
  const answer = yield* one(
    port,
    message({
      method: "POST",
      path: "/api/deployments/me/user-tokens",
      bearer: key,
      body: JSON.stringify({ subject }),
      headers: { "Content-Type": "application/json" }
    })
  )
  return (yield* Effect.orDie(Schema.decodeUnknownEffect(Issued)(answer.body))).token
})

const issue = (key: string, subject: string) =>
  Effect.flatMap(Service.Service, ({ port }) => issueAt(port, key, subject))

/** The keys of the broker itself, to a process that has its key file. */
export const ownKeys = Effect.gen(function* () {
  const { environment } = yield* Service.Service
  const material = yield* KeyFile.read(environment["VENDO_KEK_FILE"] ?? "").pipe(Effect.provide(NodeServices.layer))
  const context = yield* Layer.build(UserTokenKeys.layer.pipe(Layer.provide(Keyring.layerOf(material))))
  return Context.get(context, UserTokenKeys)
})

const make = Effect.gen(function* () {
  const tenant = yield* makeTenant
  const { app, base, key } = tenant
  const own = { profile: "byok_static" }
  const connection = yield* connectAndBind(tenant, "notion", { credential: "the_tenants_unsaid", ...own })
  yield* connectAndBind(tenant, "linear", { credential: "the_tenants_linear_unsaid", ...own })
  const connectUser = Effect.fnUntraced(function* (user: string, slug: string, credential: string) {
    const { id } = yield* made("POST", `${base}/connections`, { slug, credential, user, ...own })
    yield* bind(base, app, slug, id)
    return id
  })
  yield* connectUser("user-17", "notion", "the_users_unsaid")
  yield* connectUser("gone", "notion", "of_somebody_removed_unsaid")
  const revoked = yield* connectUser("user-17", "slack", "revoked_unsaid")
  yield* managed("POST", `${base}/connections/${revoked}/revoke`)
  const ofGone = yield* issue(key, "gone")
  yield* managed("DELETE", `${base}/users/gone`)

  const { key: narrow = "" } = yield* made("POST", `${base}/connections/${connection}/keys`, {})
  const other = yield* makeApp(base, "other")
  const foreign = yield* makeTenant
  const keys = yield* ownKeys
  const { key: signing, kid } = yield* keys.signing
  const broker = {
    name: "own",
    alg: "ES256",
    iss: "https://vendo.example",
    aud: "vendo",
    typ: "vendo-user+jwt",
    kid,
    pair: { privateKey: signing, publicKey: publicHalfOf(signing) }
  } as const
  const saying = (start: number) => ({ sub: "user-17", tenant: tenant.id, app, start })
  return {
    tenant,
    other,
    foreign,
    narrow,
    ofGone,
    /** All that are trusted, with tokens for this tenant and its user from that moment on. */
    issuersAt: (start: number): ReadonlyArray<Issuer> =>
      [broker, issuers.ES256, issuers.RS256].map((issuer) => ({ ...issuer, says: saying(start) })),
    /** As many keys of the app as are needed: each may report refused tokens some times a minute. */
    keysFor: (reports: number) =>
      Effect.forEach(
        Array.from({ length: Math.ceil(reports / 10) }),
        () => Effect.map(mintKey(tenant), ({ key }) => key),
        { concurrency: 4 }
      )
  }
})

/** How much was granted to the tenant so far, as its log has it. */
export const grants = Effect.gen(function* () {
  const { tenant } = yield* World
  const { asAdmin } = yield* TestDatabase
  const [found] = yield* asAdmin(
    Effect.flatMap(
      SqlClient.SqlClient,
      (sql) => sql<{ readonly count: number }>`
        SELECT count(*)::int AS count FROM broker.audit
        WHERE tenant_id = ${tenant.id} AND body->>'outcome' = 'granted' AND body->>'action' IN ('vend', 'report')
      `
    )
  )
  return found?.count ?? 0
})

/** Keys that open nothing, and a tenant that can be suspended. */
export const badKeys = Effect.gen(function* () {
  const { tenant } = yield* World
  const { id, key: revoked } = yield* mintKey(tenant)
  yield* managed("DELETE", `${tenant.base}/keys/${id}`)
  const expired = yield* mintKey(tenant)
  yield* administer(`UPDATE broker.app_keys SET expires_at = now() WHERE id = '${expired.id}'`)
  const unknown = Redacted.value(mint("vendo_sk_"))
  const keys: ReadonlyArray<{ readonly key: string | undefined; readonly code: ErrorCode; readonly sent: boolean }> = [
    { key: undefined, code: "app_unknown", sent: false },
    { key: "hunter2", code: "app_unknown", sent: true },
    { key: unknown, code: "app_unknown", sent: true },
    { key: revoked, code: "app_revoked", sent: true },
    { key: expired.key, code: "app_expired", sent: true }
  ]
  return { keys, suspended: yield* makeTenant }
})

const mintKey = ({ app, base }: { readonly app: string; readonly base: string }) =>
  Effect.map(made("POST", `${base}/apps/${app}/keys`, {}), ({ id, key = "" }) => ({ id, key }))

export class World extends Context.Service<World, Effect.Success<typeof make>>()("@vendodev/server/test/EndUsers") {}

export const layer = Layer.unwrap(
  Effect.map(temporaryDirectory, (directory) => {
    const file = join(directory, "jwks.json")
    writeFileSync(file, keySet)
    return Layer.effect(World, make).pipe(
      Layer.provideMerge(
        Service.layer({ VENDO_PUBLIC_URL: "https://vendo.example", ...settings, VENDO_USER_JWKS: file })
      ),
      Layer.orDie
    )
  })
)
