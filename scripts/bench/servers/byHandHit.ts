/**
 * The same for a token that expires and is fresh: the SELECT says who may have
 * it and that it is fresh, and the token comes out of a map, by the connection
 * and the version of its secret. Only the first of each opens its box.
 *
 * With `BENCH_AUDITED` the grant is appended to the tenant's audit chain by the
 * same statement, as Vendo's is.
 */
import type { PgConnection } from "@effect/sql-pg"
import { answer, boxColumns, dataKeyOfBox, entitled, isBoxRow, open, refuse, serve, withKey } from "./handmade.ts"

const decide = `
  SELECT c.id, c.secret_version::text AS version, c.token_fresh_until > now() AS fresh,
    extract(epoch FROM c.token_expires_at)::float8 * 1000 AS expires_ms, k.tenant_id, k.id AS key_id, k.app_id
  ${entitled} ${withKey}`

const record = `
  WITH decided AS MATERIALIZED (${decide}), recorded AS MATERIALIZED (
    SELECT gate.append(array_agg(d.tenant_id), array_agg(jsonb_build_object('action', 'vend', 'outcome', 'granted',
      'key', d.key_id, 'app', d.app_id, 'connection', d.id, 'integration', $2::text, 'secret_version', d.version::bigint,
      'request', gen_random_uuid())))
    FROM decided d WHERE d.fresh
  ) SELECT d.* FROM recorded CROSS JOIN decided d`

const isAudited = process.env["BENCH_AUDITED"] === "yes"
const select = isAudited ? record : decide
const selectBox = `SELECT ${boxColumns} ${entitled} ${dataKeyOfBox} ${withKey}`

interface Fresh {
  readonly id: string
  readonly version: string
  readonly expires_ms: number
}

/** The columns are the statement's own. */
const isFresh = (row: PgConnection.Row | undefined): row is PgConnection.Row & Fresh => row?.["fresh"] === true

const tokens = new Map<string, { readonly version: string; readonly token: string }>()

serve((ask, response) =>
  ask(select, (row) => {
    if (!isFresh(row)) return refuse(response, 403)
    const { id, version } = row
    const expiresAt = new Date(row.expires_ms).toISOString()
    const known = tokens.get(id)
    if (known?.version === version) return answer(response, known.token, expiresAt)
    ask(selectBox, (box) => {
      if (!isBoxRow(box)) return refuse(response, 403)
      const token = open(box)
      tokens.set(box.id, { version: box.secret_version, token })
      answer(response, token, expiresAt)
    })
  })
)
