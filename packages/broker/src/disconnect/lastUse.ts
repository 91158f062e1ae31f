/** When a connection's credential was last handed out, as the audit log has it. */
import { Effect, Struct } from "effect"
import { SqlClient } from "effect/sql"
import type { ConnectionId } from "@vendodev/domain/Ids"
import { Removal } from "@vendodev/domain/Removal"
import { rows } from "../database/rows.ts"

/**
 * How many records are looked at, the newest first. The log has no index by connection, for every vend would pay for
 * it; so many are read in some hundredths of a second, and a busy connection is found among the first of them.
 */
export const searched = 20_000

const lastUses = rows(Removal.mapFields(Struct.pick(["last_used_at", "not_used_since"])))

export const lastUseOf = (sql: SqlClient.SqlClient, connection: ConnectionId) => sql`
  WITH used AS MATERIALIZED (
    SELECT a.at FROM (SELECT seq, at, body FROM broker.audit ORDER BY seq DESC LIMIT ${searched}::int) a
    WHERE a.body ->> 'connection' = ${connection}
      AND a.body ->> 'action' IN ('vend', 'vend_stale') AND a.body ->> 'outcome' = 'granted'
    ORDER BY a.seq DESC LIMIT 1
  )
  SELECT (SELECT at FROM used) AS last_used_at, CASE WHEN NOT EXISTS (SELECT FROM used) THEN (
    SELECT a.at FROM broker.audit a
    WHERE a.seq = (SELECT h.seq FROM broker.audit_heads h) - ${searched}::int + 1 AND a.seq > 1
  ) END AS not_used_since
`

export const makeLastUse = Effect.map(
  SqlClient.SqlClient,
  (sql) => (connection: ConnectionId) =>
    Effect.map(lastUses(lastUseOf(sql, connection)), ([found]) => found ?? { last_used_at: null, not_used_since: null })
)
