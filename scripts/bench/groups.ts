/**
 * How many requests share one call of each database function, and how long that
 * takes. On a server of its own and after everything else, since counting costs
 * a little.
 */
import { Effect, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { type Arena, vendo } from "./contestants.ts"
import type { Asked, Setting } from "./turns.ts"

export interface Group {
  readonly function: string
  readonly calls: number
  readonly requestsPerCall: number
  readonly millisecondsPerCall: number
}

const read = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  // Every session tells its counts when it ends.
  yield* Effect.repeat(sql`SELECT FROM pg_stat_activity WHERE usename = 'vendo_server'`, {
    schedule: Schedule.spaced("50 millis"),
    until: (sessions) => sessions.length === 0
  })
  return yield* sql<{ readonly name: string; readonly calls: number; readonly milliseconds: number }>`
    SELECT funcname AS name, calls::float8 AS calls, total_time AS milliseconds FROM pg_stat_user_functions
    WHERE schemaname = 'gate' ORDER BY total_time DESC`
})

/** The groups that form under this load. */
export const measure = Effect.fn("groups.measure")(function* (
  setting: Setting,
  arena: Arena,
  { keys, path, seconds }: Asked
) {
  const { database } = arena
  yield* database.asAdmin(
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`ALTER SYSTEM SET track_functions = 'pl'`
      yield* sql`SELECT pg_reload_conf(), pg_stat_reset()`
    })
  )
  const { total } = yield* Effect.scoped(
    Effect.gen(function* () {
      const { url } = yield* vendo(arena)
      return yield* setting.generate({ url: url + path, keys, connections: setting.connections, seconds })
    })
  )
  const found = yield* database.asAdmin(read)
  return found.map(({ calls, milliseconds, name }): Group => ({
    function: `gate.${name}`,
    calls,
    requestsPerCall: total / calls,
    millisecondsPerCall: milliseconds / calls
  }))
})
