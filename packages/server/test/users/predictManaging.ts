/** What the model says must come of a call of the management API, and what it learns from the answer. */
import { assert } from "@effect/vitest"
import { Redacted, Schema, Struct } from "effect"
import { MintedKey } from "@vendodev/api/ManagementGroup"
import { AppKey } from "@vendodev/domain/AppKey"
import { Binding } from "@vendodev/domain/Binding"
import type { ErrorCode } from "@vendodev/domain/BrokerError"
import { Connection as WireConnection } from "@vendodev/domain/Connection"
import type { Profile } from "@vendodev/domain/Profile"
import { RemovedUser } from "@vendodev/domain/RemovedUser"
import type { Managing } from "./operations.ts"
import { type App, type Connection, type Key, place, type Tenant } from "./World.ts"

export type Outcome =
  | { readonly code: ErrorCode; readonly field?: string }
  | { readonly status: number; readonly learn: (text: string) => void }

const json = <S extends Schema.Codec<unknown, unknown>>(schema: S) =>
  Schema.decodeUnknownSync(Schema.fromJsonString(schema))
const readConnection = json(WireConnection)
const readConnections = json(Schema.Struct({ connections: Schema.Array(WireConnection) }))
const readBinding = json(Binding)
const readBindings = json(Schema.Struct({ bindings: Schema.Array(Binding) }))
const readMinted = json(MintedKey)
const readKey = json(AppKey)
const readRemoved = json(RemovedUser)

/** Of unlike types: the model knows no brands. */
const same = (seen: unknown, expected: unknown) => assert.deepStrictEqual(seen, expected)
const sameSet = (seen: ReadonlyArray<unknown>, expected: ReadonlyArray<unknown>) =>
  assert.sameDeepMembers([...seen], [...expected])

const ok = (learn: (text: string) => void, status = 200): Outcome => ({ status, learn })
const missing: Outcome = { code: "not_found" }

const view = ({ account, id, profile, slug, status, user }: Connection) => ({
  id,
  slug,
  user,
  profile,
  status,
  exclusive: false,
  metadata: account === null ? {} : { composio_account_id: account },
  failure: null
})
const seen = (connection: typeof WireConnection.Type) => Struct.omit(connection, ["name", "created_at", "revoked_at"])

const bindingView = (app: App, { id, slug, user }: Connection) => ({ app_id: app.id, slug, connection_id: id, user })
const seenBinding = (binding: typeof Binding.Type) => Struct.omit(binding, ["created_at"])

const profileOf = ({ account, slug }: Extract<Managing, { readonly do: "connect" }>): Profile =>
  account !== null ? "composio_managed" : slug === "notion" ? "oauth_app_install" : "byok_static"

const revoke = (connection: Connection) => {
  connection.status = "revoked"
  connection.held = null
}

const learnKey = (tenant: Tenant, scope: App | Connection) =>
  ok((text) => {
    const { app_id, connection_id, id, key } = readMinted(text)
    same([app_id, connection_id], "bindings" in scope ? [scope.id, null] : [null, scope.id])
    const minted: Key = { id, text: Redacted.value(key), tenant, scope, isRevoked: false, reports: 0 }
    tenant.keys.push(minted)
  }, 201)

export const predictManaging = (tenant: Tenant, operation: Managing): Outcome => {
  switch (operation.do) {
    case "connect": {
      const { account, credential, slug, user } = operation
      const profile = profileOf(operation)
      return ok((text) => {
        const { id, ...rest } = seen(readConnection(text))
        const made: Connection = {
          id,
          slug,
          profile,
          user,
          credential,
          account,
          held: null,
          isFresh: false,
          status: "active"
        }
        same({ id, ...rest }, view(made))
        tenant.connections.push(made)
      })
    }
    case "listConnections": {
      const { user } = operation
      const of = tenant.connections.filter((one) => user === null || one.user === user)
      return ok((text) => sameSet(readConnections(text).connections.map(seen), of.map(view)))
    }
    case "removeUser": {
      const { user } = operation
      const of = tenant.connections.filter((one) => one.user === user && one.status !== "revoked")
      return ok((text) => {
        const removed = readRemoved(text)
        assert.strictEqual(removed.user, user)
        sameSet(
          removed.revoked,
          of.map(({ id }) => id)
        )
        of.forEach(revoke)
        tenant.removed.set(user, removed.removed_at.epochMilliseconds)
      })
    }
    case "revokeKey": {
      const key = tenant.keys.find(({ id }) => id === operation.key)
      if (key === undefined) return missing
      return ok((text) => {
        assert.isNotNull(readKey(text).revoked_at)
        key.isRevoked = true
      })
    }
    case "disconnect":
    case "reconnect":
    case "mintConnectionKey":
      return ofConnection(tenant, operation)
    default:
      return ofApp(tenant, operation)
  }
}

const ofConnection = (
  tenant: Tenant,
  operation: Extract<Managing, { readonly do: "disconnect" | "reconnect" | "mintConnectionKey" }>
): Outcome => {
  const connection = tenant.connections.find(({ id }) => id === operation.connection)
  if (connection === undefined) return missing
  if (operation.do === "mintConnectionKey") {
    // It would open what is a user's without a word from that user.
    if (connection.user !== null) return { code: "validation_failed", field: "connection" }
    return connection.status === "revoked" ? { code: "connection_revoked" } : learnKey(tenant, connection)
  }
  if (operation.do === "reconnect") {
    if (connection.account === null) return { code: "validation_failed", field: "credential" }
    if (connection.status === "revoked") return { code: "connection_revoked" }
  }
  return ok((text) => {
    if (operation.do === "reconnect") {
      connection.account = operation.account
      connection.status = "active"
      connection.held = null
    } else revoke(connection)
    same(seen(readConnection(text)), view(connection))
  })
}

const ofApp = (
  tenant: Tenant,
  operation: Extract<Managing, { readonly do: "mintAppKey" | "listBindings" | "bind" | "unbind" }>
): Outcome => {
  const app = tenant.apps.find(({ id }) => id === operation.app)
  if (app === undefined) return missing
  switch (operation.do) {
    case "mintAppKey":
      return learnKey(tenant, app)
    case "listBindings":
      return ok((text) =>
        sameSet(
          readBindings(text).bindings.map(seenBinding),
          [...app.bindings.values()].map((connection) => bindingView(app, connection))
        )
      )
    case "unbind":
      return ok((text) => {
        assert.strictEqual(text, "")
        app.bindings.delete(place(operation.slug, operation.user))
      }, 204)
    case "bind": {
      const connection = tenant.connections.find(({ id }) => id === operation.connection)
      if (connection === undefined) return missing
      if (connection.slug !== operation.slug) return { code: "validation_failed", field: "connection_id" }
      if (connection.status === "revoked") return { code: "connection_revoked" }
      return ok((text) => {
        app.bindings.set(place(connection.slug, connection.user), connection)
        same(seenBinding(readBinding(text)), bindingView(app, connection))
      })
    }
  }
}
