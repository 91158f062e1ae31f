/** The end users of a tenant, known by the connections that belong to them. */
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { UserSubject } from "@vendodev/domain/Ids"
import { RemovedUser } from "@vendodev/domain/RemovedUser"
import { AuditLog } from "../audit/AuditLog.ts"
import { rows } from "../database/rows.ts"
import { CurrentTenant, type InTenant } from "../database/Tenancy.ts"
import { Revocations } from "../disconnect/Revocations.ts"
import { Connections } from "./Connections.ts"

export class Users extends Context.Service<
  Users,
  {
    /**
     * Revokes every connection of an end user, has the upstreams told, and ends
     * all user tokens issued until now. Repeating it ends those issued since, too. Nobody needs to be
     * known to be removed: a token may name who never had a connection.
     */
    readonly remove: (user: UserSubject) => InTenant<RemovedUser>
  }
>()("@vendodev/broker/Users") {
  static readonly layer = Layer.effect(
    Users,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const audit = yield* AuditLog
      const connections = yield* Connections
      const revocations = yield* Revocations
      const removals = rows(RemovedUser)

      return Users.of({
        remove: Effect.fn("Users.remove")(function* (user) {
          const tenant = yield* CurrentTenant
          yield* revocations.queueAllOf(user)
          const revoked = yield* connections.revokeAllOf(user)
          // The time of the statement: a token issued while this transaction waited is over, too.
          const recorded = sql`
            INSERT INTO broker.removed_users AS r (tenant_id, subject, removed_at)
            VALUES (${tenant.id}, ${user}, clock_timestamp())
            ON CONFLICT (tenant_id, subject)
              DO UPDATE SET removed_at = greatest(r.removed_at, excluded.removed_at)
            RETURNING subject AS "user", removed_at, ${revoked}::uuid[] AS revoked
          `
          const [removed] = yield* removals(recorded)
          if (removed === undefined) return yield* Effect.die(new Error("a removal was not recorded"))
          yield* audit.changed({ action: "user.remove", object: { kind: "user", id: user } })
          return removed
        })
      })
    })
  )
}
