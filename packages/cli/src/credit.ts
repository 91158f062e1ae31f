import { Effect, Option } from "effect"
import { Command } from "effect/cli"
import { type Credit, CreditReference } from "@vendodev/domain/Billing"
import { answer } from "./answer.ts"
import { dollarsOf } from "./dollars.ts"
import { amountFlag, referenceFlag, Tenant } from "./flags.ts"
import { Management } from "./Management.ts"
import * as resolve from "./resolve.ts"
import { instant, table } from "./table.ts"

const rows = (credits: ReadonlyArray<Credit>) =>
  table(
    ["added", "usd", "reference", "id"],
    credits.map(({ amount_micros, at, id, reference }) => [instant(at), dollarsOf(amount_micros), reference, id])
  )

const list = Command.make(
  "list",
  {},
  Effect.fn("credit.list")(function* () {
    const { listCredits } = yield* Management
    const tenant = yield* resolve.tenant
    const [{ credits }, response] = yield* listCredits({
      params: { tenant: tenant.id },
      responseMode: "decoded-and-response"
    })
    yield* answer(
      response,
      Effect.succeed(credits.length === 0 ? "No credit yet. Add some: vendo credit add --amount 20.00" : rows(credits))
    )
  })
).pipe(
  Command.withDescription("List what was added to the balance of a tenant, and taken back"),
  Command.withExamples([{ command: "vendo credit list --tenant acme" }]),
  Command.provide(Management.layer)
)

const add = Command.make(
  "add",
  { amount: amountFlag, reference: referenceFlag },
  Effect.fn("credit.add")(function* ({ amount, reference }) {
    const { addCredit } = yield* Management
    const tenant = yield* resolve.tenant
    const [credit, response] = yield* addCredit({
      params: { tenant: tenant.id },
      payload: {
        amount_micros: amount,
        reference: Option.getOrElse(reference, () => CreditReference.make(crypto.randomUUID()))
      },
      responseMode: "decoded-and-response"
    })
    yield* answer(response, Effect.succeed(rows([credit])))
  })
).pipe(
  Command.withDescription(
    "Add to the balance of a tenant, or take back with an amount below 0; repeating a reference adds nothing"
  ),
  Command.withExamples([
    { command: "vendo credit add --tenant acme --amount 20.00 --reference invoice-17" },
    { command: "vendo credit add --tenant acme --amount=-5.00", description: "Take five dollars back" }
  ]),
  Command.provide(Management.layer)
)

export const credit = Command.make("credit").pipe(
  Command.withDescription("Credit is what the tools of a tenant may spend, in US dollars"),
  Command.withExamples([{ command: "vendo credit add --amount 20.00" }, { command: "vendo credit list" }]),
  Command.withSubcommands([{ group: "Commands", commands: [list, add] }]),
  Command.withGlobalFlags([Tenant])
)
