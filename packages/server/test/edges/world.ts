/** One of everything the service tells apart: keys and connections in each state they can be in. */
import { Context, Effect, Layer, Redacted } from "effect"
import { mint } from "@vendodev/broker/vault/KeyFormat"
import { administer } from "./administer.ts"
import * as Service from "../fixtures/service.ts"

const token = "ntn_world_unsaid"

const build = Effect.gen(function* () {
  const own = yield* Service.makeTenant
  const bound = (slug: string) =>
    Service.connectAndBind(own, slug, { credential: `${slug}_unsaid`, profile: "byok_static" })
  const notion = yield* Service.connectAndBind(own, "notion", { credential: token })
  const stale = yield* bound("linear")
  const pending = yield* bound("slack")
  const odd = yield* bound("stripe")
  const revoked = yield* bound("github")
  yield* Service.managed("POST", `${own.base}/connections/${revoked}/revoke`)
  const bot = yield* Service.connectAndBind(own, "telegram", { credential: "1001:test_bot_unsaid" })
  // Its token would have to be fetched first.
  const account = yield* Service.made("POST", `${own.base}/connections`, {
    slug: "google",
    profile: "composio_managed",
    composio_account_id: "ca_world"
  })
  yield* Service.bind(own.base, own.app, "google", account.id)
  const connectionKey = yield* Service.made("POST", `${own.base}/connections/${notion}/keys`, {})

  const key = Effect.map(Service.made("POST", `${own.base}/apps/${own.app}/keys`, {}), ({ id, key = "" }) => ({
    id,
    key
  }))
  const revokedKey = yield* key
  yield* Service.managed("DELETE", `${own.base}/keys/${revokedKey.id}`)
  const expiredKey = yield* key

  const foreign = yield* Service.makeTenant
  const suspended = yield* Service.makeTenant
  yield* administer(
    `UPDATE broker.connections SET status = 'needs_reauth' WHERE id = '${stale}'`,
    `UPDATE broker.connections SET status = 'pending' WHERE id = '${pending}'`,
    `UPDATE broker.connections SET profile = 'user_oauth' WHERE id = '${odd}'`,
    `UPDATE broker.app_keys SET expires_at = clock_timestamp() WHERE id = '${expiredKey.id}'`,
    `UPDATE broker.tenants SET status = 'suspended' WHERE id = '${suspended.id}'`
  )
  return {
    own,
    foreign,
    token,
    connections: { notion, stale, pending, odd, revoked, bot },
    keyIds: { good: own.keyId },
    keys: {
      good: own.key,
      connection: connectionKey.key ?? "",
      revoked: revokedKey.key,
      expired: expiredKey.key,
      suspended: suspended.key,
      /** Right in every character, and never issued. */
      unknown: Redacted.value(mint("vendo_sk_")),
      unknownAdmin: Redacted.value(mint("vendo_at_"))
    }
  }
})

/** Nobody listens on the port of `discard`: an upstream that can not be reached. */
export const nobodyThere = { COMPOSIO_API_KEY: "a-key-for-nobody_unsaid", COMPOSIO_BASE_URL: "http://127.0.0.1:9" }

export class World extends Context.Service<World, Effect.Success<typeof build>>()("@vendodev/server/test/World") {}

export const layer = (settings?: Readonly<Record<string, string>>) =>
  Layer.effect(World, build).pipe(Layer.provideMerge(Service.layer(settings)), Layer.orDie)

/** Every secret there is: none of them belongs into an answer that refuses, or into the log. */
export const secrets = Effect.gen(function* () {
  const { keys } = yield* World
  const { adminToken } = yield* Service.Service
  return [...Object.values(keys), adminToken, token, "_unsaid"]
})
