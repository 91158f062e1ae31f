import { assert, describe, it } from "@effect/vitest"
import { errorTable } from "@vendodev/domain/BrokerError"
import { classes } from "../../packages/sdk/src/VendoError.ts"
import { sdkErrorsPage, told } from "../generators/sdkErrorsPage.ts"

describe("The page of errors and what to do", () => {
  const table = sdkErrorsPage(told)
    .split("\n")
    .filter((line) => /^\| `[a-z_]+`/.test(line))
    .map((line) => line.split(" | ").map((cell) => cell.replaceAll(/^\| | \|$|`/g, "")))

  it("has every code that an SDK shows exactly once, those of the service in the order of its table", () => {
    const codes = table.map(([code]) => code)
    assert.deepStrictEqual(
      codes.slice(0, errorTable.length),
      errorTable.map(({ code }) => code)
    )
    assert.deepStrictEqual(codes.toSorted(), Object.keys(classes).toSorted())
  })

  it("names the class each is thrown as, and what mends it", () => {
    const thrown = new Map(Object.entries(classes).map(([code, { name }]) => [code, name]))
    const remedies = new Map<string, string>(errorTable.map(({ code, remedy }) => [code, remedy]))
    for (const [code = "", , promise, effect, , when, remedy] of table) {
      assert.strictEqual(promise, thrown.get(code))
      assert.match(effect ?? "", /^[A-Z]\w+$/)
      assert.isNotEmpty(when)
      assert.isNotEmpty(remedy)
      assert.strictEqual(remedy, remedies.get(code)?.replaceAll("`", "") ?? remedy)
    }
  })

  it("says of three codes, and no other, that a call asks again by itself", () => {
    assert.deepStrictEqual(
      table.filter(([, , , , again]) => again !== "no").map(([code]) => code),
      ["upstream_error", "overloaded", "unavailable"]
    )
  })
})
