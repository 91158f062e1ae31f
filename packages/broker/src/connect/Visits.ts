/**
 * What is going on between one browser and the page: a ticket makes a visit, and
 * the visit is in one step at a time. What a step needs later is sealed in it.
 */
import { Context, Effect, Layer, Option, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { NotFound, type Unavailable } from "@vendodev/domain/BrokerError"
import {
  type AppId,
  type ConnectionId,
  type ConnectSessionId,
  type IntegrationSlug,
  type UserSubject
} from "@vendodev/domain/Ids"
import { RequestId } from "@vendodev/domain/RequestId"
import { orOutOfReach } from "../database/orUnavailable.ts"
import { CurrentTenant, type InTenant } from "../database/Tenancy.ts"
import { isWellFormed, mint } from "../vault/KeyFormat.ts"
import { Keyring } from "../vault/Keyring.ts"
import { makeTenantBoxes } from "../vault/tenantBoxes.ts"
import type { ConnectCode } from "./ConnectFailed.ts"

export type Step = "open" | "away" | "choosing" | "confirming" | "connected" | "cancelled"

export interface Visit {
  readonly id: string
  readonly session: ConnectSessionId
  readonly app: Option.Option<AppId>
  /** By the app itself: whoever is here may be nobody but its code. */
  readonly byApp: boolean
  /** Empty for the tenant's own. */
  readonly user: UserSubject
  readonly slug: IntegrationSlug
  /** The one that is to be connected again, where that was said. */
  readonly connection: Option.Option<ConnectionId>
  readonly returnTo: Option.Option<string>
  readonly state: Option.Option<string>
  /** The page that opened this one, if it is allowed to hear of it. */
  readonly openerOrigin: Option.Option<string>
  readonly step: Step
  readonly connected: Option.Option<ConnectionId>
}

interface Row {
  readonly id: string
  readonly session_id: ConnectSessionId
  readonly app_id: AppId | null
  readonly by_app: boolean
  readonly user_subject: UserSubject
  readonly integration: IntegrationSlug
  readonly connection_id: ConnectionId | null
  readonly return_to: string | null
  readonly state: string | null
  readonly opener_origin: string | null
  readonly step: Step
  readonly connected_id: ConnectionId | null
}

interface HeldRow {
  readonly step_version: bigint
  readonly step_dek_version: number | null
  readonly step_box: Uint8Array | null
}

/** What the browser brought, by which it is known whose attempt failed. */
export interface Brought {
  readonly token: Option.Option<Redacted.Redacted>
  readonly state: Option.Option<Redacted.Redacted>
}

export class Visits extends Context.Service<
  Visits,
  {
    /**
     * Uses a ticket up. One that is unknown, used or too old, or whose key or
     * user is not good any more, is `not_found`: who holds it learns nothing.
     */
    readonly open: (
      ticket: Redacted.Redacted,
      openerOrigin: Option.Option<string>
    ) => Effect.Effect<{ readonly token: Redacted.Redacted; readonly slug: IntegrationSlug }, NotFound | Unavailable>
    /** Stands in the forms of a visit's page, and can not be made without the visit's cookie and our keys. */
    readonly formToken: (token: Redacted.Redacted) => string
    readonly current: InTenant<Visit>
    /** Before the browser is sent elsewhere. Whatever went on before is over. */
    readonly leave: (state: Redacted.Redacted, held: Redacted.Redacted) => InTenant<void>
    /** The browser is back with this state: what was held for it, once. None when it is another, or was here before. */
    readonly comeBack: (state: Redacted.Redacted) => InTenant<Option.Option<Redacted.Redacted>>
    /** Something was obtained, and somebody must say what becomes of it. */
    readonly hold: (step: "choosing" | "confirming", held: Redacted.Redacted) => InTenant<void>
    /** What is held in that step. */
    readonly held: (step: "choosing" | "confirming") => InTenant<Option.Option<Redacted.Redacted>>
    readonly end: (
      end: { readonly step: "connected"; readonly connection: ConnectionId } | { readonly step: "cancelled" }
    ) => InTenant<void>
    /** Back to where nothing goes on. */
    readonly startOver: InTenant<void>
    /** Records that an attempt failed, for the tenant of the visit or of the state, if there is one. */
    readonly refused: (brought: Brought, code: ConnectCode) => Effect.Effect<void, Unavailable>
  }
>()("@vendodev/broker/Visits") {
  static readonly layer = Layer.effect(
    Visits,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const keyring = yield* Keyring
      const boxes = yield* makeTenantBoxes

      const id = Effect.map(CurrentTenant, ({ actor }) => actor.id)
      const placeOf = (row: string, version: bigint) => ({
        table: "connect_visits" as const,
        column: "step_box",
        row,
        secretVersion: String(version)
      })

      const opened = Effect.fnUntraced(function* (row: string, held: HeldRow | undefined) {
        if (held === undefined || held.step_box === null || held.step_dek_version === null) return Option.none()
        const box = { box: held.step_box, version: held.step_dek_version }
        return Option.some(yield* boxes.open(placeOf(row, BigInt(held.step_version)), box))
      })

      /** The row is locked by whoever entered, so its version is nobody else's to count. */
      const sealed = Effect.fnUntraced(function* (row: string, secret: Redacted.Redacted) {
        const [version] = yield* sql<{ readonly next: bigint }>`
          SELECT step_version + 1 AS next FROM broker.connect_visits WHERE id = ${row}
        `
        const next = BigInt(version?.next ?? 0)
        return { next, ...(yield* boxes.seal(placeOf(row, next), secret)) }
      })

      return Visits.of({
        open: Effect.fn("Visits.open")(function* (ticket, openerOrigin) {
          if (!isWellFormed("vendo_ct_", Redacted.value(ticket))) return yield* noSession
          const token = mint("vendo_cv_")
          const [visit] = yield* orOutOfReach(sql<{ readonly integration: IntegrationSlug }>`
            SELECT integration FROM gate.open_visit(${keyring.hash(ticket)}, ${crypto.randomUUID()},
              ${keyring.hash(token)}, ${keyring.pepperId}, ${Option.getOrNull(openerOrigin)}::text, ${yield* RequestId})
          `)
          return visit === undefined ? yield* noSession : { token, slug: visit.integration }
        }),
        formToken: (token) =>
          Buffer.from(keyring.hash(Redacted.make(`form/${Redacted.value(token)}`))).toString("base64url"),
        current: Effect.gen(function* () {
          const [row] = yield* sql<Row>`
            SELECT id, session_id, app_id, key_id IS NOT NULL AS by_app, user_subject, integration, connection_id,
              return_to, state, opener_origin, step, connected_id
            FROM broker.connect_visits WHERE id = ${yield* id}
          `
          return row === undefined ? yield* Effect.die(new Error("a visit without a row")) : visitOf(row)
        }),
        leave: Effect.fn("Visits.leave")(function* (state, held) {
          const visit = yield* id
          const { box, next, version } = yield* sealed(visit, held)
          yield* sql`
            UPDATE broker.connect_visits SET step = 'away', state_hash = ${keyring.hash(state)}, step_version = ${next},
              step_dek_version = ${version}, step_box = ${box},
              expires_at = greatest(expires_at, least(now() + interval '10 minutes', created_at + interval '1 hour'))
            WHERE id = ${visit}
          `
        }),
        comeBack: Effect.fn("Visits.comeBack")(function* (state) {
          const visit = yield* id
          const [held] = yield* sql<HeldRow>`
            UPDATE broker.connect_visits v SET step = 'open', state_hash = NULL, step_dek_version = NULL, step_box = NULL
            FROM (SELECT id, step_version, step_dek_version, step_box FROM broker.connect_visits WHERE id = ${visit}) AS before
            WHERE v.id = before.id AND v.step = 'away' AND v.state_hash = ${keyring.hash(state)}
            RETURNING before.step_version, before.step_dek_version, before.step_box
          `
          return yield* opened(visit, held)
        }),
        hold: Effect.fn("Visits.hold")(function* (step, held) {
          const visit = yield* id
          const { box, next, version } = yield* sealed(visit, held)
          yield* sql`
            UPDATE broker.connect_visits SET step = ${step}, state_hash = NULL, step_version = ${next},
              step_dek_version = ${version}, step_box = ${box}
            WHERE id = ${visit}
          `
        }),
        held: Effect.fn("Visits.held")(function* (step) {
          const visit = yield* id
          const [held] = yield* sql<HeldRow>`
            SELECT step_version, step_dek_version, step_box FROM broker.connect_visits
            WHERE id = ${visit} AND step = ${step}
          `
          return yield* opened(visit, held)
        }),
        end: Effect.fn("Visits.end")(function* (end) {
          const connection = end.step === "connected" ? end.connection : null
          yield* sql`
            UPDATE broker.connect_visits SET step = ${end.step}, state_hash = NULL, step_dek_version = NULL,
              step_box = NULL, failure = NULL, connected_id = ${connection}::uuid
            WHERE id = ${yield* id}
          `
        }),
        startOver: Effect.gen(function* () {
          yield* sql`
            UPDATE broker.connect_visits SET step = 'open', state_hash = NULL, step_dek_version = NULL, step_box = NULL
            WHERE id = ${yield* id}
          `
        }),
        refused: Effect.fn("Visits.refused")(function* ({ state, token }, code) {
          const hash = (secret: Option.Option<Redacted.Redacted>) => Option.getOrNull(Option.map(secret, keyring.hash))
          const body = JSON.stringify({ action: "connect.refuse", outcome: code, request: yield* RequestId })
          yield* orOutOfReach(sql`
            SELECT gate.refuse_visit(${hash(token)}::bytea, ${hash(state)}::bytea, ${body}::text::jsonb)
          `)
        })
      })
    })
  )
}

const visitOf = (row: Row): Visit => ({
  id: row.id,
  session: row.session_id,
  app: Option.fromNullOr(row.app_id),
  byApp: row.by_app,
  user: row.user_subject,
  slug: row.integration,
  connection: Option.fromNullOr(row.connection_id),
  returnTo: Option.fromNullOr(row.return_to),
  state: Option.fromNullOr(row.state),
  openerOrigin: Option.fromNullOr(row.opener_origin),
  step: row.step,
  connected: Option.fromNullOr(row.connected_id)
})

const noSession = new NotFound({ detail: "this link was used already or is too old; ask for another one" })
