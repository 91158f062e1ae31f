import { assert, it } from "@effect/vitest"
import { Option } from "effect"
import { dollarsOf, microsOf } from "../src/dollars.ts"

it("an amount is read to the millionth, and nothing else is taken for one", () => {
  const amounts = [
    ["0", 0],
    ["5", 5_000_000],
    ["5.00", 5_000_000],
    ["0.1", 100_000],
    ["0.000001", 1],
    ["-2.50", -2_500_000],
    ["1000000000", 1e15],
    ["1000000000.00", 1e15],
    // In binary fractions 1.1 + 2.2 is another number.
    ["3.300001", 3_300_001]
  ] as const
  for (const [text, micros] of amounts) assert.deepStrictEqual(microsOf(text), Option.some(micros), text)
  for (const text of [
    "",
    "x",
    "5.",
    ".5",
    "05",
    "5,00",
    "$5",
    "1e3",
    "5.0000001",
    "1000000000.01",
    "9999999999",
    "+5",
    " 5",
    "0x5",
    "5\n"
  ]) {
    assert.deepStrictEqual(microsOf(text), Option.none(), text)
  }
})

it("an amount is written with its cents, and with no more than it takes", () => {
  const amounts = [
    [0, "0.00"],
    [5_000_000, "5.00"],
    [5_100_000, "5.10"],
    [5_123_000, "5.123"],
    [1, "0.000001"],
    [-2_500_000, "-2.50"],
    [1e15, "1000000000.00"]
  ] as const
  for (const [micros, text] of amounts) {
    assert.strictEqual(dollarsOf(micros), text)
    assert.deepStrictEqual(microsOf(text), Option.some(micros + 0))
  }
})
