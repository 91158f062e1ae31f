import { assert, it } from "@effect/vitest"
import { codeBlocks } from "./consumer/codeBlocks.ts"

it("codeBlocks finds the blocks of one language, in order, whatever else the page shows", () => {
  const page = [
    "```js",
    "const one = 1",
    "",
    "```",
    "text with ```js in it",
    "```json",
    "{}",
    "```",
    "```js title",
    "two()",
    "```"
  ]
  assert.deepStrictEqual(codeBlocks(page.join("\n"), "js"), ["const one = 1\n\n", "two()\n"])
  assert.deepStrictEqual(codeBlocks(page.join("\n"), "ts"), [])
})
