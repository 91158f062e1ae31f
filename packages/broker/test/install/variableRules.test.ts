import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { changed, difference, type UserVariables } from "@vendodev/broker/install/variableRules"

const wrapped = (all: Readonly<Record<string, string>>): UserVariables =>
  Object.fromEntries(Object.entries(all).map(([name, value]) => [name, Redacted.make(value)]))

const changes = (all: Readonly<Record<string, string | null>>) =>
  Object.fromEntries(Object.entries(all).map(([name, value]) => [name, value === null ? null : Redacted.make(value)]))

const derived = new Set(["TELEGRAM_BOT_TOKEN"])
const before = wrapped({ A: "1", B: "2" })
const change = (all: Readonly<Record<string, string | null>>, from = before) => changed(from, changes(all), derived)

describe("Variables of the tenant's own", () => {
  it.effect("are set and taken away by name, and what is not named stays", () =>
    Effect.gen(function* () {
      const after = yield* change({ B: "two", C: "", A: null, NEVER: null })
      assert.deepStrictEqual(
        Object.entries(after).map(([name, value]) => [name, Redacted.value(value)]),
        [
          ["B", "two"],
          ["C", ""]
        ]
      )
      assert.deepStrictEqual(difference(before, after), { set: ["B", "C"], removed: ["A"] })
      assert.deepStrictEqual(difference(before, yield* change({ A: "1" })), { set: [], removed: [] })
    })
  )

  const refused: ReadonlyArray<readonly [what: string, changes: Record<string, string | null>, field: string]> = [
    ["names that follow from a connection", { TELEGRAM_BOT_TOKEN: "x" }, "variables.TELEGRAM_BOT_TOKEN"],
    ["taking those away", { TELEGRAM_BOT_TOKEN: null }, "variables.TELEGRAM_BOT_TOKEN"],
    ["the service's own names", { OK: "1", VENDO_TENANT_ID: "x" }, "variables.VENDO_TENANT_ID"],
    ["the key", { VENDO_API_KEY: "x" }, "variables.VENDO_API_KEY"],
    ["what decides what is run", { PATH: "/tmp" }, "variables.PATH"],
    ["what decides what is loaded", { DYLD_INSERT_LIBRARIES: "x" }, "variables.DYLD_INSERT_LIBRARIES"],
    ["what is no name", { lower: "x" }, "variables"],
    ["no name at all", { "": "x" }, "variables"],
    ["a name with an equals sign", { "A=B": "x" }, "variables"],
    ["what JavaScript reads as more than a name", { ["__proto__"]: "x" }, "variables"],
    ["more than 10,000 characters", { LONG: "x".repeat(10_001) }, "variables.LONG"],
    ["a NUL", { NUL: "a\0b" }, "variables.NUL"],
    ["half a character", { HALF: "\ud800" }, "variables.HALF"],
    ["the mask in place of the value", { MASKED: "••••" }, "variables.MASKED"]
  ]
  for (const [what, all, field] of refused) {
    it.effect(`refuse ${what}, naming the field and not the value`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(change(all))
        assert.deepStrictEqual([error._tag, error.field], ["validation_failed", field])
      })
    )
  }

  it.effect("hold 10,000 characters each and 32 kB together, names included, and not a byte more", () =>
    Effect.gen(function* () {
      const most = "x".repeat(10_000)
      const full = wrapped({ A: most, B: most, C: most })
      const left = 32 * 1024 - 3 * 10_001 - 1
      yield* change({ D: "y".repeat(left) }, full)
      assert.strictEqual((yield* Effect.flip(change({ D: "y".repeat(left + 1) }, full))).field, "variables")
      // Counted in bytes.
      assert.strictEqual((yield* Effect.flip(change({ D: "é".repeat(left / 2 + 1) }, full))).field, "variables")
      yield* change({ A: null, D: "y".repeat(left + 1) }, full)
    })
  )
})
