/** The end of a deployment. What it was stays to be read: the app, the manifest, the history. */
import { Data, Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { Deployment } from "@vendodev/domain/Deployment"
import { type AppId, type KeyId, noSubject } from "@vendodev/domain/Ids"
import { AuditLog } from "../audit/AuditLog.ts"
import { AppKeys } from "../manage/AppKeys.ts"
import { Bindings } from "../manage/Bindings.ts"

/** A binding was made after the last look at them. To be begun anew: its connection is locked before the deployment. */
export class BoundMeanwhile extends Data.TaggedError("BoundMeanwhile") {}

export const makeDestruction = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const audit = yield* AuditLog
  const bindings = yield* Bindings
  const keys = yield* AppKeys

  const unbind = Effect.fnUntraced(function* (app: AppId) {
    // Connections first, by id, as whoever revokes them takes them.
    yield* sql`
      SELECT FROM broker.connections WHERE id IN (
        SELECT connection_id FROM broker.app_connection_bindings WHERE app_id = ${app}
      ) ORDER BY id FOR SHARE
    `
    for (const { slug, user } of yield* bindings.list(app)) yield* bindings.remove(app, slug, user ?? noSubject)
  })

  /** Whether it was there to be ended, and has a run that is to be told so. */
  const end = Effect.fnUntraced(function* (app: AppId) {
    const [ended] = yield* sql<{ readonly runs: boolean }>`
      UPDATE broker.deployments
      SET status = 'destroyed', status_reason = 'destroyed on request', wanted = 'stop', env_box = NULL,
        env_dek_version = NULL
      WHERE app_id = ${app} AND status <> 'destroyed'
      RETURNING coalesce(run_state <> 'exited', false) AS runs
    `
    return ended
  })

  /** A run reports every 20 seconds. With a key that is dead already it would never hear that it is to stop. */
  const expireKeys = Effect.fnUntraced(function* (app: AppId) {
    const expiring = yield* sql<{ readonly id: KeyId; readonly expires_at: Date }>`
      UPDATE broker.app_keys SET expires_at = now() + interval '60 seconds'
      WHERE app_id = ${app} AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now() + interval '60 seconds')
      RETURNING id, expires_at
    `
    for (const { expires_at, id } of expiring) {
      yield* audit.changed({
        action: "key.expire",
        object: { kind: "key", id },
        with: { expires_at: expires_at.toISOString() }
      })
    }
  })

  const revokeKeys = Effect.fnUntraced(function* (app: AppId) {
    const ids = yield* sql<{ readonly id: KeyId }>`
      SELECT id FROM broker.app_keys WHERE app_id = ${app} AND revoked_at IS NULL ORDER BY id
    `
    for (const { id } of ids) yield* keys.revoke(id)
  })

  return Effect.fn("destruction.destroy")(function* ({ id, slug }: Deployment) {
    yield* unbind(id)
    // From here on the database binds nothing to it.
    const ended = yield* end(id)
    if (ended !== undefined && (yield* bindings.list(id)).length > 0) return yield* new BoundMeanwhile()
    // Somebody else was faster.
    if (ended === undefined) return
    yield* ended.runs ? expireKeys(id) : revokeKeys(id)
    yield* audit.changed({ action: "deployment.destroy", object: { kind: "deployment", id }, with: { slug } })
  })
})
