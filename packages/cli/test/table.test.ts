import { assert, it } from "@effect/vitest"
import { DateTime } from "effect"
import { facts, instant, table } from "../src/table.ts"

it("columns start below their titles, however wide the text is on a screen", () => {
  assert.strictEqual(
    table(
      ["app", "name", "id"],
      [
        ["support-bot", "日本", "1"],
        ["shop", "Shop", "2"]
      ]
    ),
    ["APP          NAME  ID", "support-bot  日本  1", "shop         Shop  2"].join("\n")
  )
})

it("no line ends in spaces, so a copied line is what was printed", () => {
  for (const line of table(
    ["a", "bbbb"],
    [
      ["1", ""],
      ["2", "x"]
    ]
  ).split("\n"))
    assert.notMatch(line, /\s$/)
  assert.strictEqual(facts([["word", ""]]), "word")
})

it("a name can not move the cursor or turn the line around", () => {
  const text = table(["name"], [["\u001b[2Jgone\u202e"]])
  assert.notMatch(text, /[\u001b\u202e]/)
  assert.include(text, "gone")
})

it("an instant is shown in UTC to the second, and its absence in words", () => {
  assert.strictEqual(instant(DateTime.makeUnsafe("2031-01-31T12:00:00.123Z")), "2031-01-31T12:00:00Z")
  assert.strictEqual(instant(null, "never"), "never")
})
