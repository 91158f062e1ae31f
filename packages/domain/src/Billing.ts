/** Money, in millionths of a US dollar: whole numbers, so that nothing is lost in adding them up. */
import { Schema } from "effect"
import { CreditId, IntegrationSlug } from "./Ids.ts"

const most = 1_000_000_000_000_000

const Amount = Schema.Int.check(Schema.isBetween({ minimum: -most, maximum: most }))

/** What is added to a balance, or, below zero, taken back. */
export const CreditAmount = Amount.check(
  Schema.makeFilter((micros) => micros !== 0, { expected: "a whole number of micros other than 0, up to 1e15" })
)

/** What makes a credit the same one when it is sent again, such as the number of an invoice. */
export const CreditReference = Schema.String.check(
  Schema.isPattern(/^[!-~]{1,128}$/, { expected: "1 to 128 visible ASCII characters" })
).pipe(Schema.brand("CreditReference"))
export type CreditReference = typeof CreditReference.Type

/** A row of the ledger that changed a tenant's balance by an operator's hand. */
export const Credit = Schema.Struct({
  id: CreditId,
  amount_micros: CreditAmount,
  reference: CreditReference,
  at: Schema.DateTimeUtcFromString
}).annotate({ identifier: "Credit" })
export type Credit = typeof Credit.Type

/** The most an app may spend in a day or a month of UTC; null for as much as there is. */
const Cap = Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: most })))

export const SpendCaps = Schema.Struct({ daily_micros: Cap, monthly_micros: Cap }).annotate({
  identifier: "SpendCaps"
})
export type SpendCaps = typeof SpendCaps.Type

const Micros = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

export const Balance = Schema.Struct({
  /** Never below 0. */
  credits_remaining_micros: Micros,
  currency: Schema.Literal("USD"),
  /** Null where nobody said how people reach this installation. */
  top_up_url: Schema.NullOr(Schema.String)
}).annotate({ identifier: "Balance" })
export type Balance = typeof Balance.Type

export const Spending = Schema.Struct({
  ...SpendCaps.fields,
  used_today_micros: Micros,
  used_month_micros: Micros
}).annotate({ identifier: "Spending" })
export type Spending = typeof Spending.Type

export const UsagePeriod = Schema.Literals(["day", "month"])
export type UsagePeriod = typeof UsagePeriod.Type

export const Usage = Schema.Struct({
  period: UsagePeriod,
  since: Schema.DateTimeUtcFromString,
  total_micros: Micros,
  providers: Schema.Array(Schema.Struct({ provider: IntegrationSlug, micros: Micros, events: Schema.Int }))
}).annotate({ identifier: "Usage" })
export type Usage = typeof Usage.Type
