/** What the tenant of a key has left, and what its app may spend and has spent. */
import { Context, DateTime, Effect, Layer, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { type Balance, type Spending, Usage, type UsagePeriod } from "@vendodev/domain/Billing"
import type { Forbidden } from "@vendodev/domain/BrokerError"
import type { AppId } from "@vendodev/domain/Ids"
import { PublicUrl } from "../vend/connectUrl.ts"
import { type CallerRefusal, CallingApp, type KeyDecision, ofApp, type Presented } from "./CallingApp.ts"

interface Judged {
  readonly decision: KeyDecision | "identity_invalid"
}

interface OfApp extends Judged {
  readonly app_id: AppId | null
}

export class Billing extends Context.Service<
  Billing,
  {
    /** Of the tenant, whichever of its keys asks. */
    readonly balance: (presented: Presented) => Effect.Effect<Balance, CallerRefusal>
    readonly spending: (presented: Presented) => Effect.Effect<Spending, CallerRefusal | Forbidden>
    /** Since the day or the month began. */
    readonly usage: (presented: Presented, period: UsagePeriod) => Effect.Effect<Usage, CallerRefusal | Forbidden>
  }
>()("@vendodev/broker/Billing") {
  static readonly layer = Layer.effect(
    Billing,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const callers = yield* CallingApp
      const topUpUrl = Option.map(yield* PublicUrl, (url) => `${url}/billing/top-up`)
      const decodeProviders = Schema.decodeUnknownEffect(Usage.fields.providers)

      return Billing.of({
        balance: Effect.fn("Billing.balance")(function* (presented) {
          const { credits_remaining_micros } = yield* callers.ask(
            presented,
            ({ claims, keyHash }) => sql<Judged & { readonly credits_remaining_micros: number }>`
              SELECT * FROM gate.balance(${keyHash}, ${claims}::text::jsonb)
            `
          )
          return { credits_remaining_micros, currency: "USD", top_up_url: Option.getOrNull(topUpUrl) }
        }),
        spending: Effect.fn("Billing.spending")(function* (presented) {
          const row = yield* callers.ask(
            presented,
            ({ claims, keyHash }) => sql<OfApp & Spending>`
              SELECT * FROM gate.spending(${keyHash}, ${claims}::text::jsonb)
            `
          )
          const { daily_micros, monthly_micros, used_month_micros, used_today_micros } = yield* ofApp(row)
          return { daily_micros, monthly_micros, used_today_micros, used_month_micros }
        }),
        usage: Effect.fn("Billing.usage")(function* (presented, period) {
          const row = yield* callers.ask(
            presented,
            ({ claims, keyHash }) => sql<OfApp & { readonly since_ms: number; readonly providers: unknown }>`
              SELECT * FROM gate.usage(${keyHash}, ${claims}::text::jsonb, ${period})
            `
          )
          const { providers: found, since_ms } = yield* ofApp(row)
          const providers = yield* Effect.orDie(decodeProviders(found))
          const total = providers.reduce((sum, { micros }) => sum + micros, 0)
          return {
            period,
            since: DateTime.makeUnsafe(since_ms),
            total_micros: Math.min(total, Number.MAX_SAFE_INTEGER),
            providers
          }
        })
      })
    })
  )
}
