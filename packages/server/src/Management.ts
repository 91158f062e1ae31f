import { DateTime, Effect, Option } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { AdminToken } from "@vendodev/api/AdminAuth"
import { ServiceApi } from "@vendodev/api/VendoApi"
import { AdminConnectSessions } from "@vendodev/broker/access/AdminConnectSessions"
import { InboundWebhooks } from "@vendodev/broker/connect/InboundWebhooks"
import { Tenancy } from "@vendodev/broker/database/Tenancy"
import { Disconnects } from "@vendodev/broker/disconnect/Disconnects"
import { Revocations } from "@vendodev/broker/disconnect/Revocations"
import { AppKeys, type KeyScope } from "@vendodev/broker/manage/AppKeys"
import { AppSpendCaps } from "@vendodev/broker/manage/AppSpendCaps"
import { Apps } from "@vendodev/broker/manage/Apps"
import { Bindings } from "@vendodev/broker/manage/Bindings"
import { Connections } from "@vendodev/broker/manage/Connections"
import { Credits } from "@vendodev/broker/manage/Credits"
import { Doctor } from "@vendodev/broker/manage/Doctor"
import { Fuses } from "@vendodev/broker/manage/Fuses"
import { Pools } from "@vendodev/broker/manage/Pools"
import { Tenants } from "@vendodev/broker/manage/Tenants"
import { Users } from "@vendodev/broker/manage/Users"
import { ValidationFailed } from "@vendodev/domain/BrokerError"
import { DisplayName, type TenantId } from "@vendodev/domain/Ids"
import { makeConnecting } from "./connecting.ts"
import { Settings } from "./Settings.ts"

export const layer = HttpApiBuilder.group(
  ServiceApi,
  "management",
  Effect.fn(function* (handlers) {
    const tenancy = yield* Tenancy
    const tenants = yield* Tenants
    const apps = yield* Apps
    const connections = yield* Connections
    const connecting = yield* makeConnecting
    const sessions = yield* AdminConnectSessions
    const bindings = yield* Bindings
    const keys = yield* AppKeys
    const users = yield* Users
    const credits = yield* Credits
    const caps = yield* AppSpendCaps
    const fuses = yield* Fuses
    const webhooks = yield* InboundWebhooks
    const disconnects = yield* Disconnects
    const revocations = yield* Revocations
    const pools = yield* Pools
    const doctor = yield* Doctor
    const settings = yield* Settings

    /** Everything below a tenant happens inside it, on the word of the caller's token. */
    const within = <A, E, R>(tenant: TenantId, work: Effect.Effect<A, E, R>) =>
      Effect.flatMap(AdminToken, (token) => tenancy.asAdmin(token, tenant)(work))

    const mint = Effect.fnUntraced(function* (tenant: TenantId, scope: KeyScope, expires: DateTime.Utc | undefined) {
      if (expires !== undefined && DateTime.isLessThanOrEqualTo(expires, yield* DateTime.now)) {
        return yield* new ValidationFailed({ field: "expires_at", detail: "expires_at lies in the past" })
      }
      const { key, record } = yield* within(tenant, keys.mint(scope, Option.fromUndefinedOr(expires)))
      return { ...record, key }
    })

    return handlers.handleAll({
      listTenants: () =>
        Effect.gen(function* () {
          return { tenants: yield* tenants.list(yield* AdminToken) }
        }),
      createTenant: ({ payload }) => Effect.flatMap(AdminToken, (token) => tenants.create(token, payload)),

      listApps: ({ params }) => Effect.map(within(params.tenant, apps.list), (apps) => ({ apps })),
      createApp: ({ params, payload }) => within(params.tenant, apps.create(payload)),

      listConnections: ({ params, query: { user } }) =>
        Effect.map(
          within(params.tenant, user === undefined ? connections.list : connections.listOf(user)),
          (connections) => ({ connections })
        ),
      createConnection: ({ params: { tenant }, payload }) => {
        const { composio_account_id: account, credential, profile, slug, user } = payload
        if (profile !== "webhook_inbound" || credential !== undefined || account !== undefined) {
          return connecting.create(tenant, payload)
        }
        return Effect.map(
          within(tenant, webhooks.create({ slug, name: payload.name ?? DisplayName.make(slug), user })),
          ({ connection, signingSecret }) => ({ ...connection, signing_secret: signingSecret })
        )
      },
      reconnectConnection: ({ params, payload }) => connecting.reconnect(params.tenant, params.connection, payload),
      revokeConnection: ({ params }) => within(params.tenant, connections.revoke(params.connection)),
      removeConnection: ({ params, query }) =>
        within(
          params.tenant,
          query.dry_run === undefined ? disconnects.remove(params.connection) : disconnects.plan(params.connection)
        ),
      listRevocations: ({ params }) =>
        Effect.map(within(params.tenant, revocations.list), (revocations) => ({ revocations })),

      connectSession: ({ params }) => within(params.tenant, sessions.outcome(params.session)),

      listBindings: ({ params }) =>
        Effect.map(within(params.tenant, bindings.list(params.app)), (bindings) => ({ bindings })),
      setBinding: ({ params, payload }) =>
        within(params.tenant, bindings.set(params.app, params.slug, payload.connection_id)),
      removeBinding: ({ params, query }) => within(params.tenant, bindings.remove(params.app, params.slug, query.user)),

      removeUser: ({ params }) => within(params.tenant, users.remove(params.user)),

      listKeys: ({ params }) => Effect.map(within(params.tenant, keys.list), (keys) => ({ keys })),
      mintAppKey: ({ params, payload }) => mint(params.tenant, { app: params.app }, payload.expires_at),
      mintConnectionKey: ({ params, payload }) =>
        mint(params.tenant, { connection: params.connection }, payload.expires_at),
      revokeKey: ({ params }) => within(params.tenant, keys.revoke(params.key)),

      listCredits: ({ params }) => Effect.map(within(params.tenant, credits.list), (credits) => ({ credits })),
      addCredit: ({ params, payload }) => within(params.tenant, credits.add(payload)),
      setSpendCaps: ({ params, payload }) => within(params.tenant, caps.set(params.app, payload)),

      listPools: () =>
        Effect.gen(function* () {
          return { pools: yield* pools.list(yield* AdminToken) }
        }),
      setPool: ({ params, payload }) =>
        Effect.flatMap(AdminToken, (token) => pools.set(token, params.slug, payload.credential)),
      removePool: ({ params }) => Effect.flatMap(AdminToken, (token) => pools.remove(token, params.slug)),

      listFuses: () =>
        Effect.gen(function* () {
          return { fuses: yield* fuses.list(yield* AdminToken) }
        }),
      releaseFuse: ({ params }) => Effect.flatMap(AdminToken, (token) => fuses.release(token, params.slug)),

      doctor: () =>
        Effect.gen(function* () {
          const composio = yield* doctor.examineComposio(yield* AdminToken)
          return { composio: { ...composio, simulated: settings.composioIsSimulated } }
        })
    })
  })
)
