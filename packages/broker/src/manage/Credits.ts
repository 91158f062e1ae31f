/** What a tenant has paid for, row by row. A row is never changed: what was wrong is made good by another. */
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { Credit, type CreditReference } from "@vendodev/domain/Billing"
import { Conflict } from "@vendodev/domain/BrokerError"
import { CreditId } from "@vendodev/domain/Ids"
import { AuditLog } from "../audit/AuditLog.ts"
import { rows } from "../database/rows.ts"
import { CurrentTenant, type InTenant } from "../database/Tenancy.ts"

export class Credits extends Context.Service<
  Credits,
  {
    readonly list: InTenant<ReadonlyArray<Credit>>
    /** Repeating a reference answers the credit that is there; another amount under it is a `conflict`. */
    readonly add: (input: {
      readonly amount_micros: number
      readonly reference: CreditReference
    }) => InTenant<Credit, Conflict>
  }
>()("@vendodev/broker/Credits") {
  static readonly layer = Layer.effect(
    Credits,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const audit = yield* AuditLog
      const credits = rows(Credit)
      const columns = sql`id, amount_micros, reference, at`

      return Credits.of({
        list: credits(sql`SELECT ${columns} FROM broker.ledger WHERE kind = 'credit' ORDER BY at, id`),
        add: Effect.fn("Credits.add")(function* ({ amount_micros, reference }) {
          const tenant = yield* CurrentTenant
          const id = CreditId.make(crypto.randomUUID())
          const inserted = yield* sql`
            INSERT INTO broker.ledger (tenant_id, id, kind, amount_micros, reference)
            VALUES (${tenant.id}, ${id}, 'credit', ${String(amount_micros)}::text::bigint, ${reference})
            ON CONFLICT ON CONSTRAINT ledger_reference_taken DO NOTHING RETURNING id
          `
          if (inserted.length > 0) {
            yield* audit.changed({
              action: "credit.add",
              object: { kind: "credit", id },
              with: { amount_micros: String(amount_micros), reference }
            })
          }
          const [credit] = yield* credits(sql`
            SELECT ${columns} FROM broker.ledger WHERE kind = 'credit' AND reference = ${reference}
          `)
          if (credit === undefined || credit.amount_micros !== amount_micros) {
            return yield* new Conflict({
              detail: "another amount was recorded under this reference; choose another, or look at `vendo credit list`"
            })
          }
          return credit
        })
      })
    })
  )
}
