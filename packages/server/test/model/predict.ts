/** What the model says must come of an operation, and what it learns from the answer. */
import { assert } from "@effect/vitest"
import { Option, Redacted, Schema, Struct } from "effect"
import { CredentialResponse } from "@vendodev/api/CredentialsGroup"
import { MintedKey } from "@vendodev/api/ManagementGroup"
import * as Catalog from "@vendodev/catalog/Catalog"
import { App as WireApp } from "@vendodev/domain/App"
import { AppKey as WireKey } from "@vendodev/domain/AppKey"
import { Binding as WireBinding } from "@vendodev/domain/Binding"
import type { BoundTo, ErrorCode } from "@vendodev/domain/BrokerError"
import { Connection as WireConnection } from "@vendodev/domain/Connection"
import { type Profile, takesCredential } from "@vendodev/domain/Profile"
import { Removal } from "@vendodev/domain/Removal"
import { RemovedUser } from "@vendodev/domain/RemovedUser"
import { Tenant as WireTenant } from "@vendodev/domain/Tenant"
import type { Operation } from "./operations.ts"
import { end, foresee, isToldOf } from "./predictRemoval.ts"
import { type App, bindingKey, type Connection, isApp, type Key, type Tenant, type World } from "./World.ts"

export type Outcome =
  | {
      readonly code: ErrorCode
      readonly field?: string
      readonly bound_to?: BoundTo | null
      /** Where another tenant's object and none at all must be answered alike. */
      readonly detail?: string
    }
  | { readonly status: number; readonly learn: (text: string) => void }

const json = <S extends Schema.Codec<unknown, unknown>>(schema: S) =>
  Schema.decodeUnknownSync(Schema.fromJsonString(schema))
const readTenant = json(WireTenant)
const readTenants = json(Schema.Struct({ tenants: Schema.Array(WireTenant) }))
const readApp = json(WireApp)
const readApps = json(Schema.Struct({ apps: Schema.Array(WireApp) }))
const readConnection = json(WireConnection)
const readConnections = json(Schema.Struct({ connections: Schema.Array(WireConnection) }))
const readBinding = json(WireBinding)
const readBindings = json(Schema.Struct({ bindings: Schema.Array(WireBinding) }))
const readKey = json(WireKey)
const readKeys = json(Schema.Struct({ keys: Schema.Array(WireKey) }))
const readRemoved = json(RemovedUser)
const readRemoval = json(Removal)
const readMinted = json(MintedKey)
const readToken = json(CredentialResponse)

/** Of unlike types: the model knows no brands. */
const same = (seen: unknown, expected: unknown) => assert.deepStrictEqual(seen, expected)

const tenantView = ({ id, isSuspended, name, slug }: Tenant) => ({
  id,
  slug,
  name,
  status: isSuspended ? "suspended" : "active"
})
const appView = ({ id, kind, name, slug }: App) => ({ id, slug, name, kind })
const connectionView = ({ account, bot, id, name, profile, slug, status, user }: Connection) => ({
  id,
  slug,
  name,
  user,
  profile,
  status,
  exclusive: slug === "telegram",
  metadata: {
    ...(bot === null ? {} : { telegram_bot_id: bot }),
    ...(account === null ? {} : { composio_account_id: account })
  },
  revoked: status === "revoked"
})
const keyView = ({ id, isExpired, isRevoked, scope, text }: Key) => ({
  id,
  hint: text.slice(0, "vendo_sk_".length + 4),
  app_id: isApp(scope) ? scope.id : null,
  connection_id: isApp(scope) ? null : scope.id,
  expires: isExpired,
  revoked: isRevoked
})
const bindingsView = (app: App) =>
  [...app.bindings]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { id, slug, user }]) => ({ app_id: app.id, slug, connection_id: id, user }))

/** The wire's form, less what only the clock knows: how long a failure is held against a connection is part of that. */
const seenTenant = (tenant: typeof WireTenant.Type) => Struct.omit(tenant, ["created_at"])
const seenApp = (app: typeof WireApp.Type) => Struct.omit(app, ["created_at"])
const seenBinding = (binding: typeof WireBinding.Type) => Struct.omit(binding, ["created_at"])
const seenConnection = (connection: typeof WireConnection.Type) => ({
  ...Struct.omit(connection, ["created_at", "failure", "revoked_at"]),
  revoked: connection.revoked_at !== null
})
const seenKey = (key: typeof WireKey.Type) => ({
  ...Struct.omit(key, ["created_at", "expires_at", "revoked_at"]),
  expires: key.expires_at !== null,
  revoked: key.revoked_at !== null
})

const ok = (learn: (text: string) => void, status = 200): Outcome => ({ status, learn })
const no = (what: string): Outcome => ({ code: "not_found", detail: `there is no such ${what}` })

export const predict = (world: World, operation: Operation): Outcome => {
  if (operation.do === "vend") return predictVend(world, operation)
  if (operation.do === "listTenants") {
    return ok((text) => same(readTenants(text).tenants.map(seenTenant), world.tenants.map(tenantView)))
  }
  if (operation.do === "createTenant") return predictTenant(world, operation)
  const tenant = world.tenant(operation.tenant)
  return tenant === undefined ? no("tenant") : predictWithin(world, tenant, operation)
}

const predictTenant = (world: World, { name, slug }: Extract<Operation, { readonly do: "createTenant" }>): Outcome => {
  const taken = world.tenants.find((tenant) => tenant.slug === slug)
  if (taken !== undefined && taken.name !== name) return { code: "conflict" }
  return ok((text) => {
    const seen = seenTenant(readTenant(text))
    if (taken === undefined) {
      world.tenants.push({ id: seen.id, slug, name, isSuspended: false, apps: [], connections: [], keys: [] })
    }
    same([seen], world.tenants.filter((tenant) => tenant.slug === slug).map(tenantView))
  })
}

type Within = Exclude<Operation, { readonly do: "vend" | "listTenants" | "createTenant" }>

const predictWithin = (world: World, tenant: Tenant, operation: Within): Outcome => {
  const { apps, connections, keys } = tenant
  const app = "app" in operation ? apps.find(({ id }) => id === operation.app) : undefined
  const connection = "connection" in operation ? connections.find(({ id }) => id === operation.connection) : undefined
  if ("app" in operation && app === undefined) return no("app")
  if ("connection" in operation && connection === undefined) return no("connection")

  switch (operation.do) {
    case "listApps":
      return ok((text) => same(readApps(text).apps.map(seenApp), apps.map(appView)))
    case "listConnections":
      return ok((text) => same(readConnections(text).connections.map(seenConnection), connections.map(connectionView)))
    case "listKeys":
      return ok((text) => same(readKeys(text).keys.map(seenKey), keys.map(keyView)))
    case "createApp": {
      const { kind, name, slug } = operation
      const taken = apps.find((app) => app.slug === slug)
      if (taken !== undefined && (taken.name !== name || taken.kind !== kind)) return { code: "conflict" }
      return ok((text) => {
        const seen = seenApp(readApp(text))
        if (taken === undefined) apps.push({ id: seen.id, slug, name, kind, bindings: new Map() })
        same([seen], apps.filter((app) => app.slug === slug).map(appView))
      })
    }
    case "createConnection":
      return predictConnection(tenant, operation)
    case "listConnectionsOf": {
      const their = connections.filter(({ user }) => user === operation.user)
      return ok((text) => same(readConnections(text).connections.map(seenConnection), their.map(connectionView)))
    }
    case "removeUser": {
      const their = connections.filter(({ status, user }) => user === operation.user && status !== "revoked")
      return ok((text) => {
        for (const connection of their) {
          connection.isTold ||= isToldOf(connection)
          connection.status = "revoked"
        }
        const { revoked, user } = readRemoved(text)
        same([user, new Set(revoked)], [operation.user, new Set(their.map(({ id }) => id))])
      })
    }
    case "revokeKey": {
      const key = keys.find(({ id }) => id === operation.key)
      if (key === undefined) return no("key")
      return ok((text) => {
        key.isRevoked = true
        same(seenKey(readKey(text)), keyView(key))
      })
    }
  }
  if (connection !== undefined && operation.do === "revokeConnection") {
    return ok((text) => {
      connection.status = "revoked"
      same(seenConnection(readConnection(text)), connectionView(connection))
    })
  }
  if (connection !== undefined && (operation.do === "planRemoval" || operation.do === "removeConnection")) {
    return ok((text) => {
      const { connection: seen, last_used_at: _used, not_used_since: _since, ...rest } = readRemoval(text)
      const foreseen = foresee(world, tenant, connection)
      if (operation.do === "removeConnection") end(tenant, connection)
      same(seenConnection(seen), connectionView(connection))
      same({ ...rest, upstream: rest.upstream.outcome }, foreseen)
    })
  }
  if (connection !== undefined && operation.do === "reconnect") {
    if (connection.profile !== "composio_managed") {
      return {
        code: "validation_failed",
        field: takesCredential[connection.profile] ? "credential" : "composio_account_id"
      }
    }
    if (connection.status === "revoked") return { code: "connection_revoked" }
    return ok((text) => {
      connection.account = operation.account
      connection.status = "active"
      same(seenConnection(readConnection(text)), connectionView(connection))
    })
  }
  if (operation.do === "mintConnectionKey" && connection?.user !== null) {
    return { code: "validation_failed", field: "connection" }
  }
  if (operation.do === "mintConnectionKey" && connection?.status === "revoked") return { code: "connection_revoked" }
  if (operation.do === "mintConnectionKey" && connection?.slug === "telegram") {
    return { code: "validation_failed", field: "connection" }
  }
  const scope = operation.do === "mintAppKey" ? app : operation.do === "mintConnectionKey" ? connection : undefined
  if (scope !== undefined) {
    return ok((text) => {
      const { key, ...seen } = readMinted(text)
      keys.push({ id: seen.id, text: Redacted.value(key), scope, isRevoked: false, isExpired: false })
      same([seenKey(seen)], keys.slice(-1).map(keyView))
    }, 201)
  }
  if (app !== undefined && operation.do === "listBindings") {
    return ok((text) => same(readBindings(text).bindings.map(seenBinding), bindingsView(app)))
  }
  if (app !== undefined && operation.do === "unbind") {
    return ok((text) => {
      assert.strictEqual(text, "")
      app.bindings.delete(bindingKey(operation.slug, operation.user ?? null))
    }, 204)
  }
  if (app !== undefined && connection !== undefined && operation.do === "bind") {
    return predictBinding(world, tenant, app, operation.slug, connection)
  }
  return assert.fail(`no prediction for ${operation.do}`)
}

const holdsPasted = (profile: Profile) => profile !== "vendo_managed_pool" && profile !== "composio_managed"

const predictConnection = (
  { connections }: Tenant,
  {
    account: named,
    credential,
    name,
    profile: asked,
    slug,
    user: whose
  }: Extract<Operation, { readonly do: "createConnection" }>
): Outcome => {
  const integration = Option.getOrUndefined(Catalog.find(slug))
  if (integration === undefined) return { code: "provider_unknown" }
  const { profiles } = integration
  const profile =
    asked ??
    (credential === undefined ? undefined : profiles.find(holdsPasted)) ??
    (named === undefined ? undefined : profiles.find((profile) => profile === "composio_managed")) ??
    profiles[0]
  if (!integration.profiles.includes(profile)) return { code: "validation_failed", field: "profile" }
  if (holdsPasted(profile) !== (credential !== undefined)) return { code: "validation_failed", field: "credential" }
  if ((profile === "composio_managed") !== (named !== undefined)) {
    return { code: "validation_failed", field: "composio_account_id" }
  }
  const [secret, account, user] = [credential ?? null, named ?? null, whose ?? null]
  const taken = connections.find(
    (one) => one.slug === slug && one.name === name && one.user === user && one.status !== "revoked"
  )
  if (taken !== undefined && (taken.profile !== profile || taken.secret !== secret || taken.account !== account)) {
    return { code: "conflict" }
  }
  const bot = slug === "telegram" ? (/^(\d+):[\w-]+$/.exec(secret ?? "")?.[1] ?? null) : null
  if (slug === "telegram" && bot === null) return { code: "validation_failed", field: "credential" }
  return ok((text) => {
    const seen = seenConnection(readConnection(text))
    if (taken === undefined) {
      connections.push({
        id: seen.id,
        slug,
        name,
        profile,
        secret,
        bot,
        account,
        user,
        status: "active",
        isTold: false
      })
    }
    same(seen, connectionView(taken ?? connections[connections.length - 1] ?? assert.fail("none")))
  })
}

const predictBinding = (world: World, tenant: Tenant, app: App, slug: string, connection: Connection): Outcome => {
  if (connection.slug !== slug) return { code: "validation_failed", field: "connection_id" }
  if (connection.status === "revoked") return { code: "connection_revoked" }
  const holder = connection.bot === null ? undefined : world.holder(connection.bot)
  const isMine = holder?.tenant === tenant
  const known = isMine ? { app_id: holder.app.id, app_slug: holder.app.slug, app_name: holder.app.name } : null
  // A sandbox learns of a holder only where it may know it; it would not get the credential anyway.
  if (connection.bot !== null && app.kind === "sandbox") {
    return isMine ? { code: "connection_in_use", bound_to: known } : { code: "forbidden" }
  }
  // What it would replace is no hindrance.
  if (holder !== undefined && (holder.app !== app || holder.user !== connection.user)) {
    return { code: "connection_in_use", bound_to: known }
  }
  return ok((text) => {
    app.bindings.set(bindingKey(slug, connection.user), connection)
    same(seenBinding(readBinding(text)), {
      app_id: app.id,
      slug: connection.slug,
      connection_id: connection.id,
      user: connection.user
    })
  })
}

const predictVend = (
  world: World,
  { connection: wanted, key: text, slug: asked, variable }: Extract<Operation, { readonly do: "vend" }>
): Outcome => {
  const found = world.key(text)
  if (found === undefined) return { code: "app_unknown" }
  const { key, tenant } = found
  if (key.isRevoked || tenant.isSuspended) return { code: "app_revoked" }
  if (key.isExpired) return { code: "app_expired" }
  const slug = variable === undefined ? asked : Option.getOrUndefined(Catalog.findByVariable(variable))
  if (slug === undefined || Option.isNone(Catalog.find(slug))) return { code: "provider_unknown" }
  const connection = isApp(key.scope) ? key.scope.bindings.get(bindingKey(slug, null)) : key.scope
  if (connection === undefined || connection.slug !== slug) return { code: "binding_missing" }
  if (wanted !== undefined && wanted !== connection.id) return { code: "binding_missing" }
  if (connection.status === "revoked") return { code: "connection_revoked" }
  if (connection.status === "needs_reauth") return { code: "connection_needs_reauth" }
  // Composio is not configured here.
  if (connection.profile === "webhook_inbound" || connection.profile === "composio_managed") {
    return { code: "profile_unsupported" }
  }
  return ok((text) =>
    same(readToken(text), {
      access_token: connection.secret ?? key.text,
      expires_at: null,
      token_type: "Bearer"
    })
  )
}
