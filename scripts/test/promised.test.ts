import { assert, describe, it } from "@effect/vitest"
import { differences, promised } from "./examples/promised.ts"

const program = [
  "# print(0)  # in a comment",
  "print(1)  # one",
  "if late:",
  '    print("two", 2)  # two …',
  "total = 3  # no print",
  "print(nobody_says)"
].join("\n")

describe("What a program promises to print", () => {
  it("is in the comments behind its prints, in order", () =>
    assert.deepStrictEqual(promised(program), ["one", "two …"]))

  it("is printed line by line, any text where … stands", () => {
    assert.deepStrictEqual(differences(["one", "two …"], "one\ntwo (2.0)\n"), [])
    assert.deepStrictEqual(differences([], ""), [])
  })

  it("is not another line, and no more of them or fewer", () => {
    assert.deepStrictEqual(differences(["a.b"], "acb\n"), ["promised: a.b; printed: acb"])
    assert.deepStrictEqual(differences(["one"], "one\ntwo\n"), ["promised: nothing; printed: two"])
    assert.deepStrictEqual(differences(["one", "two"], "one\n"), ["promised: two; printed: nothing"])
  })
})
