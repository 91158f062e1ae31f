import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { optionsOf, ruff } from "../check-python.ts"

const root = join(import.meta.dirname, "../..")
const read = (path: string) => readFileSync(join(root, path), "utf8")

const toml = `[project]
name = "vendo-sdk"

[tool.ruff]
line-length = 30

# A comment.
[tool.ruff.lint]
select = ["F", "E", "I"]

[tool.ruff.lint.isort]
known-first-party = ["vendo"]

[tool.other]
select = ["nothing"]
`

describe("The check of Python", () => {
  it("is told by the tables of ruff in pyproject.toml, and by no other", () => {
    assert.deepStrictEqual(optionsOf(toml), {
      "line-length": 30,
      lint: { select: ["F", "E", "I"], isort: { "known-first-party": ["vendo"] } }
    })
  })

  it("formats to the width it is told", () => {
    const look = ruff(optionsOf(toml))
    const short = look("x.py", "answer = f( 1,  'two' )\n")
    assert.strictEqual(short.formatted, `answer = f(1, "two")\n`)
    const long = look("x.py", "answer = function(1, 'two', three)\n")
    assert.strictEqual(long.formatted, `answer = function(\n    1, "two", three\n)\n`)
  })

  it("puts imports in order", () => {
    const { formatted } = ruff(optionsOf(toml))("x.py", "import vendo\nimport sys\nprint(vendo, sys)\nimport os")
    assert.strictEqual(formatted, "import sys\n\nimport vendo\n\nprint(vendo, sys)\nimport os\n")
  })

  it("says what is wrong, and where", () => {
    const { faults } = ruff(optionsOf(toml))("x.py", "import os\n\nx = undefined\n")
    assert.deepStrictEqual(
      faults.map((fault) => fault.split(" ").slice(0, 2).join(" ")),
      ["x.py:1:8: F401", "x.py:3:5: F821"]
    )
  })

  it("refuses a source that is no Python", () => {
    const { faults, formatted } = ruff(optionsOf(toml))("x.py", "def f(:\n")
    assert.isNotEmpty(faults)
    assert.strictEqual(formatted, "def f(:\n")
  })

  it("knows more rules for the SDK than those that ruff knows by itself", () => {
    const look = ruff(optionsOf(read("packages/sdk-python/pyproject.toml")))
    const { faults } = look("x.py", "def f(x=[]):\n    return x\n")
    assert.match(faults[0] ?? "", /^x\.py:1:9: B006 /)
  })
})

describe("The Python SDK", () => {
  it("has the version of the other SDKs", () => {
    const { version }: { readonly version: string } = JSON.parse(read("packages/sdk/package.json"))
    assert.include(read("packages/sdk-python/src/vendo/_version.py"), `VERSION = "${version}"\n`)
  })

  it("comes with the licence of the repository", () => {
    assert.strictEqual(read("packages/sdk-python/LICENSE"), read("LICENSE"))
  })
})
