/**
 * A tenant is done with a connection: nobody is bound to it any more, its
 * credential is destroyed, its keys are revoked, and the upstream is told. What
 * that hits can be read first; the same questions answer both.
 *
 * Locks are taken in this order: the connection, its bindings and then their
 * deployments by app, its keys; the head of the audit log comes last, as always.
 */
import { Context, Effect, Layer, Option, Struct } from "effect"
import { SqlClient } from "effect/sql"
import * as Catalog from "@vendodev/catalog/Catalog"
import { injected } from "@vendodev/catalog/envBootstrap"
import { textAt } from "@vendodev/catalog/jsonPath"
import type { NotFound } from "@vendodev/domain/BrokerError"
import type { Connection } from "@vendodev/domain/Connection"
import type { AppId, ConnectionId, EnvVarName, KeyId } from "@vendodev/domain/Ids"
import { LosingApp, type Removal } from "@vendodev/domain/Removal"
import { AuditLog } from "../audit/AuditLog.ts"
import { rows } from "../database/rows.ts"
import type { InTenant } from "../database/Tenancy.ts"
import { Connections } from "../manage/Connections.ts"
import { makeLastUse } from "./lastUse.ts"
import { Revocations } from "./Revocations.ts"

export class Disconnects extends Context.Service<
  Disconnects,
  {
    /** What `remove` would do. Changes nothing, and hands nothing out. */
    readonly plan: (id: ConnectionId) => InTenant<Removal, NotFound>
    /**
     * Final, in one transaction: the next token call of an app that was bound is
     * `binding_missing`. Repeating it changes nothing.
     */
    readonly remove: (id: ConnectionId) => InTenant<Removal, NotFound>
  }
>()("@vendodev/broker/Disconnects") {
  static readonly layer = Layer.effect(
    Disconnects,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const audit = yield* AuditLog
      const connections = yield* Connections
      const revocations = yield* Revocations
      const lastUse = yield* makeLastUse
      const losing = rows(Losing)

      const deploymentsOf = Effect.fnUntraced(function* (connection: Connection) {
        const found = yield* losing(sql`
          SELECT a.id AS app_id, a.slug, a.name, nullif(b.user_subject, '') AS "user", d.status, b.exclusive
          FROM broker.app_connection_bindings b
          JOIN broker.apps a ON a.tenant_id = b.tenant_id AND a.id = b.app_id
          LEFT JOIN broker.deployments d ON d.tenant_id = b.tenant_id AND d.app_id = b.app_id
          WHERE b.connection_id = ${connection.id} ORDER BY a.id
        `)
        const variables = variablesOf(connection)
        return found.map((app) => ({ ...app, variables }))
      })

      const keysOf = (id: ConnectionId) => sql<{ readonly hint: string }>`
        SELECT hint FROM broker.app_keys WHERE connection_id = ${id} AND revoked_at IS NULL ORDER BY id
      `

      /** With the connection locked nothing can be bound to it; what was unbound meanwhile is not found any more. */
      const locked = Effect.fnUntraced(function* (id: ConnectionId) {
        yield* sql`SELECT FROM broker.connections WHERE id = ${id} FOR UPDATE`
        const bound = yield* sql<{ readonly app_id: AppId }>`
          SELECT app_id FROM broker.app_connection_bindings WHERE connection_id = ${id} ORDER BY app_id FOR UPDATE
        `
        yield* sql`
          SELECT FROM broker.deployments WHERE app_id = ANY (${bound.map(({ app_id }) => app_id)}::uuid[])
          ORDER BY app_id FOR UPDATE
        `
      })

      const unbind = Effect.fnUntraced(function* (connection: Connection, apps: ReadonlyArray<LosingApp>) {
        yield* sql`DELETE FROM broker.app_connection_bindings WHERE connection_id = ${connection.id}`
        for (const { app_id, user } of apps) {
          yield* audit.changed({
            action: "binding.remove",
            object: { kind: "app", id: app_id },
            with: { integration: connection.slug, user }
          })
        }
      })

      const revokeKeys = Effect.fnUntraced(function* (id: ConnectionId) {
        const revoked = yield* sql<{ readonly id: KeyId }>`
          UPDATE broker.app_keys SET revoked_at = now() WHERE connection_id = ${id} AND revoked_at IS NULL RETURNING id
        `
        for (const { id } of revoked) yield* audit.changed({ action: "key.revoke", object: { kind: "key", id } })
      })

      return Disconnects.of({
        plan: Effect.fn("Disconnects.plan")(function* (id) {
          const connection = yield* connections.get(id)
          return {
            connection,
            deployments: yield* deploymentsOf(connection),
            keys: (yield* keysOf(id)).map(({ hint }) => hint),
            ...(yield* lastUse(id)),
            upstream: yield* revocations.foresee(id)
          }
        }),
        remove: Effect.fn("Disconnects.remove")(function* (id) {
          yield* connections.get(id)
          // While nothing is locked yet.
          const use = yield* lastUse(id)
          yield* locked(id)
          const connection = yield* Effect.orDie(connections.get(id))
          const deployments = yield* deploymentsOf(connection)
          const keys = (yield* keysOf(id)).map(({ hint }) => hint)
          yield* unbind(connection, deployments)
          const upstream = yield* revocations.queue(id)
          const revoked = yield* connections.revoke(id)
          yield* revokeKeys(id)
          if (connection.status !== "revoked" || deployments.length > 0 || upstream.outcome === "revoked") {
            yield* audit.changed({
              action: "connection.remove",
              object: { kind: "connection", id },
              with: { integration: connection.slug, upstream: upstream.outcome }
            })
          }
          return { connection: revoked, deployments, keys, ...use, upstream }
        })
      })
    })
  )
}

const Losing = LosingApp.mapFields(Struct.omit(["variables"]))

/** What a deployment is started with because of it. What end users connect is in nobody's variables. */
const variablesOf = ({ metadata, profile, slug, user }: Connection): ReadonlyArray<EnvVarName> =>
  user !== null
    ? []
    : Option.match(Catalog.find(slug), {
        onNone: () => [],
        onSome: (integration) =>
          injected(integration, profile).flatMap(({ name, source }) =>
            source.kind === "metadata" && Option.isNone(textAt(metadata, source.path)) ? [] : [name]
          )
      })
