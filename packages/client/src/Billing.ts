/** What the deployment's tenant has left, and what the deployment has used. Money is whole micros: USD × 10⁶. */
import { Context, DateTime, Effect, Layer, Option } from "effect"
import { Calls } from "./Calls.ts"
import type { Failure } from "./Failure.ts"
import { arrayOf, type Guard, isNumber, isString, nullable, struct } from "./guards.ts"
import type { Settings } from "./Settings.ts"
import { vendoOnly } from "./vendoOnly.ts"

/** What the tenant has left. */
export interface Balance {
  readonly creditsRemainingMicros: number
  readonly currency: string
  /** Where a person adds credit; null where nobody said how people reach the installation. */
  readonly topUpUrl: string | null
}

/** Null where there is no cap. Days and months are those of UTC. */
export interface SpendCaps {
  readonly dailyMicros: number | null
  readonly monthlyMicros: number | null
  readonly usedTodayMicros: number
  readonly usedMonthMicros: number
}

/** Since the beginning of the day, or of the month, in UTC. */
export type Period = "day" | "month"

/** What was spent in a period, by provider. */
export interface Usage {
  readonly period: Period
  readonly since: DateTime.Utc
  readonly totalMicros: number
  readonly providers: ReadonlyArray<{
    readonly provider: string
    readonly micros: number
    /** How many metered calls. */
    readonly events: number
  }>
}

export class Billing extends Context.Service<
  Billing,
  {
    readonly balance: Effect.Effect<Balance, Failure>
    readonly spendCaps: Effect.Effect<SpendCaps, Failure>
    readonly usage: (period: Period) => Effect.Effect<Usage, Failure>
  }
>()("@vendodev/client/Billing") {
  static readonly layer = (settings: Settings) =>
    Layer.effect(
      Billing,
      Effect.map(Calls, ({ ask }) => {
        const about = <A>(what: string, guard: Guard<A>): Effect.Effect<A, Failure> =>
          Option.isNone(settings.apiKey)
            ? Effect.fail(vendoOnly("billing"))
            : ask({ url: `${settings.baseUrl}/api/billing/${what}` }, guard)

        return Billing.of({
          balance: Effect.map(about("balance", isBalance), (wire) => ({
            creditsRemainingMicros: wire.credits_remaining_micros,
            currency: wire.currency,
            topUpUrl: wire.top_up_url
          })),
          spendCaps: Effect.map(about("spend-caps", isSpendCaps), (wire) => ({
            dailyMicros: wire.daily_micros,
            monthlyMicros: wire.monthly_micros,
            usedTodayMicros: wire.used_today_micros,
            usedMonthMicros: wire.used_month_micros
          })),
          usage: (period) =>
            Effect.map(about(`usage?period=${period}`, isUsage), (wire) => ({
              period,
              since: DateTime.makeUnsafe(wire.since),
              totalMicros: wire.total_micros,
              providers: wire.providers
            }))
        })
      })
    )
}

const isBalance = struct<{
  readonly credits_remaining_micros: number
  readonly currency: string
  readonly top_up_url: string | null
}>({ credits_remaining_micros: isNumber, currency: isString, top_up_url: nullable(isString) })

const isSpendCaps = struct<{
  readonly daily_micros: number | null
  readonly monthly_micros: number | null
  readonly used_today_micros: number
  readonly used_month_micros: number
}>({
  daily_micros: nullable(isNumber),
  monthly_micros: nullable(isNumber),
  used_today_micros: isNumber,
  used_month_micros: isNumber
})

const isInstant = (value: unknown): value is string => isString(value) && Option.isSome(DateTime.make(value))

const isUsage = struct<{
  readonly since: string
  readonly total_micros: number
  readonly providers: Usage["providers"]
}>({
  since: isInstant,
  total_micros: isNumber,
  providers: arrayOf(struct<Usage["providers"][number]>({ provider: isString, micros: isNumber, events: isNumber }))
})
