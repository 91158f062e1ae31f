/** What a person wants of a deployment's run. It is carried out by the run itself, in answer to its next report. */
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { Conflict, type NotFound } from "@vendodev/domain/BrokerError"
import type { Deployment } from "@vendodev/domain/Deployment"
import type { AppId } from "@vendodev/domain/Ids"
import { AuditLog } from "../audit/AuditLog.ts"
import type { InTenant } from "../database/Tenancy.ts"
import { makeDeploymentRows } from "./deploymentRows.ts"

const nothingToRestart = ({ slug, status }: Deployment): string =>
  status === "running" || status === "restarting"
    ? `nothing was heard of the run of ${slug} for a minute, so there is nothing to restart; start it instead`
    : `${slug} is ${status}, so there is nothing to restart; start it instead`

type Change = (id: AppId) => InTenant<Deployment, NotFound | Conflict>

export class Lifecycle extends Context.Service<
  Lifecycle,
  {
    /** Has the command started anew, with the newest variables. Fails with `conflict` when none is running, as far as is known. */
    readonly restart: Change
    /** Has the run end, and keeps others from staying. Repeating it changes nothing. */
    readonly stop: Change
    /** Lets a run stay again, whoever starts it. Repeating it changes nothing. */
    readonly start: Change
  }
>()("@vendodev/broker/Lifecycle") {
  static readonly layer = Layer.effect(
    Lifecycle,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const audit = yield* AuditLog
      const deployments = yield* makeDeploymentRows
      /** It reported, and not longer ago than three reports take. */
      const isHeard = sql`run_state <> 'exited' AND run_seen_at > now() - interval '60 seconds'`

      const present = Effect.fnUntraced(function* (id: AppId) {
        const found = yield* deployments.get(id)
        if (found.status !== "destroyed") return found
        return yield* new Conflict({ detail: `${found.slug} was destroyed; install the tool again` })
      })

      /** Recorded if it changed something. */
      const answer = Effect.fnUntraced(function* (id: AppId, action: string, changed: ReadonlyArray<object>) {
        if (changed.length > 0) yield* audit.changed({ action, object: { kind: "deployment", id } })
        return yield* deployments.get(id)
      })

      return Lifecycle.of({
        restart: Effect.fn("Lifecycle.restart")(function* (id) {
          const changed = yield* sql`
            UPDATE broker.deployments
            SET restart = restart + 1, status = 'restarting', status_reason = 'a restart was asked for'
            WHERE app_id = ${id} AND status IN ('running', 'restarting') AND ${isHeard}
            RETURNING app_id
          `
          const found = yield* present(id)
          if (changed.length === 0) return yield* new Conflict({ detail: nothingToRestart(found) })
          return yield* answer(id, "deployment.restart", changed)
        }),
        stop: Effect.fn("Lifecycle.stop")(function* (id) {
          yield* present(id)
          // Who was not heard of for three reports is not waited for.
          const changed = yield* sql`
            UPDATE broker.deployments d SET wanted = 'stop', status = f.follows,
              status_reason = CASE f.follows WHEN d.status THEN d.status_reason ELSE 'a stop was asked for' END
            FROM (
              SELECT app_id, CASE
                  WHEN status IN ('running', 'restarting', 'stopping') AND ${isHeard} THEN 'stopping'
                  ELSE 'stopped' END AS follows
              FROM broker.deployments WHERE app_id = ${id} AND status <> 'destroyed' FOR UPDATE
            ) f
            WHERE d.app_id = f.app_id AND (d.wanted <> 'stop' OR d.status <> f.follows) RETURNING d.app_id
          `
          return yield* answer(id, "deployment.stop", changed)
        }),
        start: Effect.fn("Lifecycle.start")(function* (id) {
          yield* present(id)
          const changed = yield* sql`
            UPDATE broker.deployments d SET wanted = 'run', status = f.follows,
              status_reason = CASE f.follows WHEN d.status THEN d.status_reason ELSE 'a start was asked for' END
            FROM (
              SELECT app_id, CASE WHEN status IN ('stopping', 'stopped', 'failed') THEN 'installed' ELSE status END
                AS follows
              FROM broker.deployments WHERE app_id = ${id} AND status <> 'destroyed' FOR UPDATE
            ) f
            WHERE d.app_id = f.app_id AND (d.wanted <> 'run' OR d.status <> f.follows) RETURNING d.app_id
          `
          return yield* answer(id, "deployment.start", changed)
        })
      })
    })
  )
}
