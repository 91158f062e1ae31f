import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** Every row of every table, as text; asked as the administrator, whom no policy hides anything from. */
export const dump = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const tables = yield* sql<{ readonly schema: string; readonly name: string }>`
    SELECT schemaname AS schema, tablename AS name FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2
  `
  const rows = yield* Effect.forEach(tables, ({ name, schema }) =>
    Effect.map(
      sql<{ readonly row: string }>`SELECT t::text AS row FROM ${sql(schema)}.${sql(name)} t ORDER BY 1`,
      (found) => found.map(({ row }) => `${schema}.${name} ${row}`)
    )
  )
  return rows.flat()
})
