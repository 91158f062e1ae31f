/** The most an app may spend, as its operator says. */
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { SpendCaps } from "@vendodev/domain/Billing"
import type { NotFound } from "@vendodev/domain/BrokerError"
import type { AppId } from "@vendodev/domain/Ids"
import { AuditLog } from "../audit/AuditLog.ts"
import { CurrentTenant, type InTenant } from "../database/Tenancy.ts"
import { Apps } from "./Apps.ts"

const textOf = (micros: number | null): string | null => (micros === null ? null : String(micros))

export class AppSpendCaps extends Context.Service<
  AppSpendCaps,
  {
    /** Both at once: what is null is without a cap. Repeating it changes nothing. */
    readonly set: (app: AppId, caps: SpendCaps) => InTenant<SpendCaps, NotFound>
  }
>()("@vendodev/broker/AppSpendCaps") {
  static readonly layer = Layer.effect(
    AppSpendCaps,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const audit = yield* AuditLog
      const apps = yield* Apps

      return AppSpendCaps.of({
        set: Effect.fn("AppSpendCaps.set")(function* (app, { daily_micros, monthly_micros }) {
          const tenant = yield* CurrentTenant
          yield* apps.get(app)
          const [daily, monthly] = [textOf(daily_micros), textOf(monthly_micros)]
          const changed = yield* sql`
            INSERT INTO broker.spend_caps AS c (tenant_id, app_id, daily_micros, monthly_micros)
            VALUES (${tenant.id}, ${app}, ${daily}::text::bigint, ${monthly}::text::bigint)
            ON CONFLICT (tenant_id, app_id) DO UPDATE
              SET daily_micros = excluded.daily_micros, monthly_micros = excluded.monthly_micros
              WHERE (c.daily_micros, c.monthly_micros) IS DISTINCT FROM (excluded.daily_micros, excluded.monthly_micros)
            RETURNING app_id
          `
          if (changed.length > 0) {
            yield* audit.changed({
              action: "spend_caps.set",
              object: { kind: "app", id: app },
              with: { daily_micros: daily, monthly_micros: monthly }
            })
          }
          return { daily_micros, monthly_micros }
        })
      })
    })
  )
}
