import { assert, it } from "@effect/vitest"
import { Schema } from "effect"
import { BrokerError, ConnectionInUse, errorTable, rowOf, ValidationFailed } from "@vendodev/domain/BrokerError"
import { lines, reportOf } from "../src/report.ts"

const fields = { challenge: "none", part: "body", allow: [], bound_to: null }

it("every row of the table is told with its detail and its remedy, and ends with 1", () => {
  for (const member of BrokerError.members) {
    const row = rowOf(member)
    const error = Schema.decodeUnknownSync(BrokerError)({ _tag: row.code, detail: "what happened", ...fields })
    const report = reportOf(error)
    assert.strictEqual(report.exit, 1)
    assert.strictEqual(report.error.code, row.code)
    assert.isTrue(lines(report).startsWith(`error: what happened\nfix: ${row.remedy}`), row.code)
  }
  assert.strictEqual(BrokerError.members.length, errorTable.length)
})

it("who holds an exclusive credential is named when the service says so", () => {
  const bound_to = { app_id: "1", app_slug: "support-bot", app_name: "Support" }
  const known = reportOf(new ConnectionInUse({ detail: "in use", bound_to }))
  assert.include(lines(known), "bound_to: support-bot (Support, 1)")
  assert.deepStrictEqual(known.error["bound_to"], bound_to)
  assert.include(lines(known), "\nrun: vendo binding remove <integration> --app support-bot")
  const unknown = lines(reportOf(new ConnectionInUse({ detail: "in use", bound_to: null })))
  assert.notMatch(unknown, /bound_to|run:/)
})

it("the field at fault is named", () => {
  assert.include(
    lines(reportOf(new ValidationFailed({ detail: "malformed", field: "expires_at" }))),
    "field: expires_at"
  )
})

it("what the service says can not move the cursor", () => {
  assert.notInclude(lines(reportOf(new ValidationFailed({ detail: "\u001b[2J" }))), "\u001b")
})
