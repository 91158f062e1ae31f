/** Deployments of the current tenant as they are shown, wherever they are shown. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { NotFound } from "@vendodev/domain/BrokerError"
import { Deployment } from "@vendodev/domain/Deployment"
import type { AppId } from "@vendodev/domain/Ids"
import { rows } from "../database/rows.ts"

export const makeDeploymentRows = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const deployments = rows(Deployment)
  const iso = sql`'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`

  // A command that is not there knows nothing a restart could change.
  const columns = sql`d.app_id AS id, a.slug, a.name, a.kind,
    CASE WHEN d.tool IS NOT NULL THEN jsonb_build_object('slug', d.tool, 'version', d.tool_version) END AS tool,
    d.manifest, d.status, d.env_wanted, d.run_env_version AS env_running,
    coalesce(d.run_state IN ('starting', 'running') AND d.run_env_version < d.env_wanted, false) AS restart_required,
    CASE WHEN d.run_id IS NOT NULL THEN jsonb_build_object('id', d.run_id, 'state', d.run_state,
      'health', d.run_health, 'exit_code', d.run_exit_code,
      'started_at', to_char(d.run_started_at AT TIME ZONE 'UTC', ${iso}),
      'seen_at', to_char(d.run_seen_at AT TIME ZONE 'UTC', ${iso})) END AS run,
    coalesce((SELECT jsonb_agg(jsonb_build_object('slug', b.integration, 'connection_id', b.connection_id)
        ORDER BY b.integration)
      FROM broker.app_connection_bindings b
      WHERE b.tenant_id = d.tenant_id AND b.app_id = d.app_id AND b.user_subject = ''), '[]') AS bindings,
    d.created_at`
  const shown = sql`SELECT ${columns} FROM broker.deployments d
    JOIN broker.apps a ON a.tenant_id = d.tenant_id AND a.id = d.app_id`

  return {
    /** Destroyed ones are left out. */
    list: deployments(sql`${shown} WHERE d.status <> 'destroyed' ORDER BY d.created_at, d.app_id`),
    /** A destroyed one is found, for its history. */
    get: Effect.fn("deploymentRows.get")(function* (id: AppId) {
      const [found] = yield* deployments(sql`${shown} WHERE d.app_id = ${id}`)
      return found ?? (yield* new NotFound({ detail: "there is no such deployment" }))
    })
  }
})
