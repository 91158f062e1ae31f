/** A broker on a database of its own, and an admin token for it: the start of most tests. */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { Context, Effect, Layer, Option, Redacted } from "effect"
import { FetchHttpClient, type HttpClient } from "effect/http"
import * as Broker from "@vendodev/broker/Broker"
import { mintAdminToken } from "@vendodev/broker/access/AdminTokens"
import { Tenancy } from "@vendodev/broker/database/Tenancy"
import { AppKeys } from "@vendodev/broker/manage/AppKeys"
import { Apps } from "@vendodev/broker/manage/Apps"
import { Bindings } from "@vendodev/broker/manage/Bindings"
import { Connections } from "@vendodev/broker/manage/Connections"
import { Tenants } from "@vendodev/broker/manage/Tenants"
import { Wakeups } from "@vendodev/broker/events/Wakeups"
import { ComposioSettings } from "@vendodev/broker/upstream/ComposioClient"
import { UserIdentitySettings } from "@vendodev/broker/access/UserIdentitySettings"
import { generate, Keyring } from "@vendodev/broker/vault/Keyring"
import { ComposioAccountId, DisplayName, Slug } from "@vendodev/domain/Ids"
import type { Profile } from "@vendodev/domain/Profile"
import * as Postgres from "./Postgres.ts"

/** An admin token of the test database. */
export class AdminAccess extends Context.Service<AdminAccess, Redacted.Redacted>()("@vendodev/testing/AdminAccess") {}

const adminAccess = Layer.effect(
  AdminAccess,
  Effect.gen(function* () {
    const { asAdmin } = yield* Postgres.TestDatabase
    return yield* asAdmin(mintAdminToken("test"))
  })
)

/** Fresh keys for every layer built. */
export const keyring = Layer.unwrap(Effect.sync(() => Keyring.layerOf(generate("test"))))

const settings = Layer.succeed(UserIdentitySettings, {
  own: { issuer: "urn:vendo", audience: "vendo" },
  external: Option.none()
})

/** The broker as the service has it, on a migrated Postgres as the server's own role, and an upstream to ask. */
export const layerWith = <E, R>(upstream: Layer.Layer<ComposioSettings | HttpClient.HttpClient, E, R>) =>
  Layer.merge(Broker.layer, adminAccess).pipe(
    Layer.provide([upstream, settings, Wakeups.none, NodeFileSystem.layer]),
    Layer.provideMerge(keyring),
    Layer.provideMerge(Postgres.layer),
    Layer.orDie
  )

/** Composio is not configured, so nothing is asked of it. */
const noUpstream = Layer.merge(
  Layer.succeed(ComposioSettings, { apiKey: Option.none(), baseUrl: "https://composio.example" }),
  FetchHttpClient.layer
)

export const layer = layerWith(noUpstream)

const label = () => `t${crypto.randomUUID().slice(0, 8)}`

/** A tenant with one production app. */
export const makeTenant = Effect.fn("Fixture.makeTenant")(function* (name: string = label()) {
  const token = yield* AdminAccess
  const tenants = yield* Tenants
  const tenancy = yield* Tenancy
  const apps = yield* Apps
  const tenant = yield* tenants.create(token, { slug: Slug.make(name), name: DisplayName.make(name) })
  const within = tenancy.asAdmin(token, tenant.id)
  const app = yield* within(
    apps.create({ slug: Slug.make("tool"), name: DisplayName.make("Tool"), kind: "production" })
  )
  return { tenant, app, within }
})

/** A tenant whose app has a connection bound and a key: everything a vend needs. */
export const makeBound = Effect.fn("Fixture.makeBound")(function* (options: {
  readonly slug: string
  readonly credential: string
  readonly profile?: Profile
}) {
  const made = yield* makeTenant()
  const connections = yield* Connections
  const bindings = yield* Bindings
  const keys = yield* AppKeys
  const { connection, key, record } = yield* made.within(
    Effect.gen(function* () {
      const connection = yield* connections.create({
        slug: options.slug,
        name: DisplayName.make("test"),
        profile: Option.some(options.profile ?? "byok_static"),
        credential: Option.some(Redacted.make(options.credential))
      })
      yield* bindings.set(made.app.id, connection.slug, connection.id)
      const { key, record } = yield* keys.mint({ app: made.app.id }, Option.none())
      return { connection, key, record }
    })
  )
  return { ...made, connection, key, record }
})

/** The same for an account at Composio. It has no token yet. */
export const makeManaged = Effect.fn("Fixture.makeManaged")(function* (options: {
  readonly slug: string
  readonly account: string
}) {
  const made = yield* makeTenant()
  const connections = yield* Connections
  const bindings = yield* Bindings
  const keys = yield* AppKeys
  const { connection, key, record } = yield* made.within(
    Effect.gen(function* () {
      const connection = yield* connections.create({
        slug: options.slug,
        name: DisplayName.make("test"),
        profile: Option.some("composio_managed"),
        credential: Option.none(),
        account: ComposioAccountId.make(options.account)
      })
      yield* bindings.set(made.app.id, connection.slug, connection.id)
      const { key, record } = yield* keys.mint({ app: made.app.id }, Option.none())
      return { connection, key, record }
    })
  )
  return { ...made, connection, key, record }
})
