/** How tests speak to the database below the services: by hand, as the server's own role. */
import { Effect, Predicate } from "effect"
import { SqlClient, SqlError } from "effect/sql"
import { sqlFields } from "@vendodev/broker/database/orUnavailable"
import { Keyring } from "@vendodev/broker/vault/Keyring"
import type { TenantId } from "@vendodev/domain/Ids"
import { AdminAccess } from "@vendodev/testing/Fixture"

/** Runs what it is given on one connection until the scope closes: a pooled connection from request to request. */
export const pinned = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const connection = yield* sql.reserve
  return <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.provideService(work, sql.transactionService, [connection, 0])
})

/** Enters a tenant by the front door: the hash of an admin token that exists. */
export const enter = Effect.fn("enter")(function* (tenant: TenantId) {
  const sql = yield* SqlClient.SqlClient
  const { hash } = yield* Keyring
  return yield* sql`SELECT token_id, entered FROM gate.enter_by_admin(${hash(yield* AdminAccess)}, ${tenant})`
})

/** Work in a transaction that is always rolled back, inside a tenant. */
export const insideThenUndone = <A, E, R>(tenant: TenantId, work: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const on = yield* pinned
    yield* Effect.addFinalizer(() => Effect.ignore(on(sql`ROLLBACK`)))
    return yield* on(Effect.andThen(sql`BEGIN`, Effect.andThen(enter(tenant), work)))
  }).pipe(Effect.scoped)

export interface Refusal {
  /** SQLSTATE. */
  readonly code: string
  readonly constraint: string
  /** All the database said, the values in it included. */
  readonly said: string
}

/** How the database refused. What it lets through fails the test. */
export const refusal = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<Refusal, A, R> =>
  Effect.map(Effect.flip(work), (error) => {
    if (!SqlError.isSqlError(error)) return { code: "", constraint: "", said: String(error) }
    const { cause } = error.reason
    const part = (name: string) => (Predicate.hasProperty(cause, name) ? String(cause[name]) : "")
    return { ...sqlFields(error), said: `${part("message")} / ${part("detail")} / ${part("hint")}` }
  })

/** Until so many connections to this database wait for a lock of another. */
export const untilSoManyAreBlocked = Effect.fnUntraced(function* (count: number) {
  const sql = yield* SqlClient.SqlClient
  const waiting = sql`SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE NOT l.granted AND a.datname = current_database()`
  // In a transaction the connections there are would be those of the first look.
  yield* Effect.repeat(Effect.andThen(sql`SELECT pg_stat_clear_snapshot()`, waiting), {
    until: ({ length }) => length >= count
  })
})

/** Until one waits: then both are under way. */
export const untilBlocked = untilSoManyAreBlocked(1)
