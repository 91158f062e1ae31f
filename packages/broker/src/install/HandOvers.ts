/**
 * A connection goes from one app to another: first the one lets go of it, then
 * the other has it. Whether it has let go is the database's to judge, here and
 * with each report of its run.
 */
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { App } from "@vendodev/domain/App"
import { Conflict, Forbidden, NotFound, ValidationFailed } from "@vendodev/domain/BrokerError"
import { HandOver, HandOverId } from "@vendodev/domain/HandOver"
import type { AppId, ConnectionId, IntegrationSlug } from "@vendodev/domain/Ids"
import { AuditLog } from "../audit/AuditLog.ts"
import { rows } from "../database/rows.ts"
import { CurrentTenant, type InTenant } from "../database/Tenancy.ts"
import { violates } from "../database/violates.ts"
import { Apps } from "../manage/Apps.ts"

export interface Move {
  readonly to: AppId
  /** May be left out when only one app has it. */
  readonly from?: AppId | undefined
  /** Moves it at once, though its old consumer may still be using it. */
  readonly force?: boolean | undefined
}

interface Consumer {
  readonly app_id: AppId
  readonly app_slug: string
  readonly connection_id: ConnectionId
  readonly exclusive: boolean
}

export class HandOvers extends Context.Service<
  HandOvers,
  {
    /**
     * Moves what an app uses to another: at once, when no run can be using it,
     * or else as soon as its run says that it let go. Repeating it answers the
     * hand-over that is under way.
     */
    readonly move: (
      slug: IntegrationSlug,
      move: Move
    ) => InTenant<HandOver, NotFound | ValidationFailed | Forbidden | Conflict>
    /** How it stands; one whose run has fallen silent meanwhile is moved. */
    readonly get: (id: HandOverId) => InTenant<HandOver, NotFound>
    /** Leaves everything as it was before. Repeating it changes nothing. */
    readonly cancel: (id: HandOverId) => InTenant<HandOver, NotFound | Conflict>
  }
>()("@vendodev/broker/HandOvers") {
  static readonly layer = Layer.effect(
    HandOvers,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const audit = yield* AuditLog
      const apps = yield* Apps
      const handOvers = rows(HandOver)
      const columns = sql`id, integration AS slug, connection_id, from_app AS "from", to_app AS "to", state, reason,
        created_at, ended_at`

      const read = Effect.fnUntraced(function* (id: HandOverId) {
        const [found] = yield* handOvers(sql`SELECT ${columns} FROM broker.hand_overs WHERE id = ${id}`)
        return found ?? (yield* new NotFound({ detail: "there is no such hand-over" }))
      })

      /** Moves it if it can be, and records that. */
      const settle = Effect.fnUntraced(function* (id: HandOverId, forced: boolean) {
        const [settled] = yield* sql<{ readonly state: string | null }>`
          SELECT gate.settle_hand_over(${id}, ${forced}) AS state
        `
        if (settled?.state !== "moved") return
        const how = { forced: forced ? "yes" : null }
        yield* audit.changed({ action: "hand_over.move", object: { kind: "hand_over", id }, with: how })
      })

      const consumersOf = (slug: IntegrationSlug) => sql<Consumer>`
        SELECT b.app_id, a.slug AS app_slug, b.connection_id, b.exclusive
        FROM broker.app_connection_bindings b JOIN broker.apps a ON a.tenant_id = b.tenant_id AND a.id = b.app_id
        WHERE b.integration = ${slug} AND b.user_subject = '' ORDER BY a.slug
      `

      /** Who it is taken from, given who it is for. */
      const source = Effect.fnUntraced(function* (slug: IntegrationSlug, to: App, from: AppId | undefined) {
        const consumers = yield* consumersOf(slug)
        const others = consumers.filter(({ app_id }) => app_id !== to.id && (from === undefined || app_id === from))
        const [only, another] = others
        const has = consumers.some(({ app_id }) => app_id === to.id)
        if (only === undefined) {
          const who = from === undefined ? "another app" : (yield* apps.get(from)).slug
          const detail = has ? `${to.slug} uses it already, and ${who} does not` : `${who} uses no ${slug} connection`
          return yield* new Conflict({ detail: `there is no ${slug} connection to move: ${detail}` })
        }
        if (another !== undefined) {
          const slugs = others.map(({ app_slug }) => app_slug).join(", ")
          return yield* new ValidationFailed({ field: "from", detail: `several apps use ${slug}, say which: ${slugs}` })
        }
        if (only.exclusive && to.kind === "sandbox") {
          const detail = `${to.slug} is a sandbox, which never receives an exclusive credential; move it to a production app`
          return yield* new Forbidden({ detail })
        }
        if (has) {
          const detail = `${to.slug} already uses a ${slug} connection; unbind that one first`
          return yield* new Conflict({ detail })
        }
        return only
      })

      const busy = (detail: string) => () => Effect.fail(new Conflict({ detail }))

      /** Held until the end of the transaction: the connection, its binding, and then what is said of them. */
      const begin = Effect.fnUntraced(function* (slug: IntegrationSlug, { app_id: from, ...old }: Consumer, to: App) {
        const tenant = yield* CurrentTenant
        const id = HandOverId.make(crypto.randomUUID())
        yield* sql`SELECT FROM broker.connections WHERE id = ${old.connection_id} FOR SHARE`
        const bound = yield* sql`
          SELECT app_id FROM broker.app_connection_bindings
          WHERE app_id = ${from} AND integration = ${slug} AND user_subject = '' AND connection_id = ${old.connection_id}
          FOR UPDATE
        `
        if (bound.length === 0) {
          return yield* new Conflict({ detail: `the ${slug} connection of ${old.app_slug} has just been changed` })
        }
        yield* sql
          .withTransaction(sql`
          INSERT INTO broker.hand_overs (tenant_id, id, integration, connection_id, from_app, to_app, state, reason)
          VALUES (${tenant.id}, ${id}, ${slug}, ${old.connection_id}, ${from}, ${to.id}, 'draining',
            ${`${old.app_slug} is to let go of it`})
        `)
          .pipe(
            violates(
              "one_hand_over_from",
              busy(`${old.app_slug} is handing over something else; wait, or cancel that`)
            ),
            violates("one_hand_over_to", busy(`${to.slug} is being handed something else; wait, or cancel that`))
          )
        yield* audit.changed({
          action: "hand_over.begin",
          object: { kind: "hand_over", id },
          with: { integration: slug, connection: old.connection_id, from, to: to.id }
        })
        return id
      })

      const isDestroyed = Effect.fnUntraced(function* (app: AppId) {
        const [found] = yield* sql<{ readonly destroyed: boolean }>`
          SELECT status = 'destroyed' AS destroyed FROM broker.deployments WHERE app_id = ${app}
        `
        return found?.destroyed ?? false
      })

      return HandOvers.of({
        move: Effect.fn("HandOvers.move")(function* (slug, { force = false, from, to: target }) {
          if (from === target) {
            return yield* new ValidationFailed({
              field: "to",
              detail: "name another app than the one it is taken from"
            })
          }
          const to = yield* apps.get(target)
          if (yield* isDestroyed(target)) return yield* new Conflict({ detail: `${to.slug} was destroyed` })
          const old = yield* source(slug, to, from)
          const [underWay] = yield* sql<{ readonly id: HandOverId }>`
            SELECT id FROM broker.hand_overs
            WHERE from_app = ${old.app_id} AND to_app = ${target} AND integration = ${slug} AND state = 'draining'
          `
          const id = underWay?.id ?? (yield* begin(slug, old, to))
          yield* settle(id, force)
          return yield* Effect.orDie(read(id))
        }),
        get: Effect.fn("HandOvers.get")(function* (id) {
          yield* settle(id, false)
          return yield* read(id)
        }),
        cancel: Effect.fn("HandOvers.cancel")(function* (id) {
          const cancelled = yield* sql`
            UPDATE broker.hand_overs SET state = 'cancelled', ended_at = now(), reason = 'it was cancelled'
            WHERE id = ${id} AND state = 'draining' RETURNING id
          `
          if (cancelled.length > 0) {
            yield* audit.changed({ action: "hand_over.cancel", object: { kind: "hand_over", id } })
          }
          const found = yield* read(id)
          if (found.state === "moved") {
            return yield* new Conflict({ detail: "it was moved already; move it back instead" })
          }
          return found
        })
      })
    })
  )
}
