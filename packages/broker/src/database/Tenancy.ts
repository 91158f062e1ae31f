/**
 * The only way into a tenant's rows.
 *
 * Work that touches them asks for `CurrentTenant`, which nothing but this
 * service provides: a statement outside a tenant does not compile, and would
 * see no rows if it did.
 */
import { Context, Effect, Layer, Redacted } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { NotFound, SessionRequired, type Unavailable } from "@vendodev/domain/BrokerError"
import type { AdminTokenId, TenantId } from "@vendodev/domain/Ids"
import { AdminTokens } from "../access/AdminTokens.ts"
import { isWellFormed } from "../vault/KeyFormat.ts"
import { Keyring } from "../vault/Keyring.ts"
import { orOutOfReach } from "./orUnavailable.ts"

/** On whose word something is done: an admin token, a visit to the page on which accounts are connected, or a key. */
export interface Actor {
  readonly kind: "admin" | "visit" | "key"
  readonly id: string
}

/**
 * The tenant this transaction may see, and on whose word.
 *
 * @effect-leakable-service asking for it is the point: who has none can not run the statement
 */
export class CurrentTenant extends Context.Service<
  CurrentTenant,
  {
    readonly id: TenantId
    readonly actor: Actor
    /** Keeps an audit record until the work is done: see `asTenant`. */
    readonly note: (record: string) => void
  }
>()("@vendodev/broker/Tenancy/CurrentTenant") {}

/** Work on the current tenant's rows: part of its transaction, so a failure of the database ends both. */
export type InTenant<A, E = never> = Effect.Effect<A, E | SqlError.SqlError, CurrentTenant>

/**
 * Runs work that has entered a tenant, and then writes what it noted for the
 * audit log, in the same transaction. Last, for the log's head is what all of a
 * tenant's writers wait for: who holds it takes no other lock, however many
 * changes the work was made of, so nobody waits in a circle.
 */
export const asTenant = <A, E, R>(
  sql: SqlClient.SqlClient,
  { actor, id }: { readonly id: TenantId; readonly actor: Actor },
  work: Effect.Effect<A, E, R>
): Effect.Effect<A, E | SqlError.SqlError, Exclude<R, CurrentTenant>> =>
  Effect.suspend(() => {
    const notes: Array<string> = []
    const current = { id, actor, note: (record: string) => void notes.push(record) }
    const write = Effect.suspend(() =>
      notes.length === 0
        ? Effect.void
        : Effect.asVoid(sql`
            SELECT gate.record(n.record) FROM unnest(${notes}::text[]::jsonb[]) WITH ORDINALITY AS n (record, at)
            ORDER BY n.at
          `)
    )
    return Effect.tap(Effect.provideService(work, CurrentTenant, current), write)
  })

export class Tenancy extends Context.Service<
  Tenancy,
  {
    /**
     * Runs `work` inside one tenant, in one transaction, on the word of an admin
     * token. The token is checked in that same transaction.
     */
    readonly asAdmin: (
      token: Redacted.Redacted,
      tenant: TenantId
    ) => <A, E, R>(
      work: Effect.Effect<A, E, R>
    ) => Effect.Effect<
      A,
      Exclude<E, SqlError.SqlError> | SessionRequired | NotFound | Unavailable,
      Exclude<R, CurrentTenant>
    >
    /**
     * The same on the word of a visit to the page on which accounts are
     * connected, one request of a visit after the other. What opened it is judged
     * in that transaction: its key or admin token, its tenant, its user.
     */
    readonly asVisit: (
      token: Redacted.Redacted
    ) => <A, E, R>(
      work: Effect.Effect<A, E, R>
    ) => Effect.Effect<A, Exclude<E, SqlError.SqlError> | NotFound | Unavailable, Exclude<R, CurrentTenant>>
  }
>()("@vendodev/broker/Tenancy") {
  static readonly layer = Layer.effect(
    Tenancy,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const tokens = yield* AdminTokens
      const keyring = yield* Keyring

      return Tenancy.of({
        asAdmin: (token, tenant) => (work) =>
          Effect.gen(function* () {
            const hash = yield* tokens.hash(token)
            return yield* sql.withTransaction(
              Effect.gen(function* () {
                const [gate] = yield* sql<{ readonly token_id: AdminTokenId | null; readonly entered: boolean }>`
                SELECT token_id, entered FROM gate.enter_by_admin(${hash}, ${tenant})
              `
                if (gate === undefined || gate.token_id === null) return yield* tokens.refusal
                if (!gate.entered) return yield* new NotFound({ detail: "there is no such tenant" })
                return yield* asTenant(sql, { id: tenant, actor: { kind: "admin", id: gate.token_id } }, work)
              })
            )
          }).pipe(orOutOfReach, Effect.withSpan("Tenancy.asAdmin")),
        asVisit: (token) => (work) =>
          Effect.gen(function* () {
            if (!isWellFormed("vendo_cv_", Redacted.value(token))) return yield* visitOver
            return yield* sql.withTransaction(
              Effect.gen(function* () {
                const [gate] = yield* sql<{ readonly tenant_id: TenantId; readonly visit_id: string }>`
                  SELECT tenant_id, visit_id FROM gate.enter_by_visit(${keyring.hash(token)})
                `
                if (gate === undefined) return yield* visitOver
                return yield* asTenant(sql, { id: gate.tenant_id, actor: { kind: "visit", id: gate.visit_id } }, work)
              })
            )
          }).pipe(orOutOfReach, Effect.withSpan("Tenancy.asVisit"))
      })
    })
  )
}

/** Whatever the reason: who holds it learns nothing. */
const visitOver = new NotFound({ detail: "this visit is over; ask for another link" })
