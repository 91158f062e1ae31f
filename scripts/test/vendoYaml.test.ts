import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parse } from "@vendodev/manifest/parse"
import { vendoYaml } from "@vendodev/manifest/vendoYaml"
import { codeBlocks } from "./consumer/codeBlocks.ts"

const page = readFileSync(join(import.meta.dirname, "../../docs/reference/vendo-yaml.md"), "utf8")

describe("The page about vendo.yaml", () => {
  it.effect("shows manifests that are valid", () =>
    Effect.gen(function* () {
      const examples = codeBlocks(page, "yaml")
      assert.isAbove(examples.length, 2)
      const [first] = yield* Effect.all(examples.map(parse))
      assert.strictEqual(String(first?.restart_on), "telegram")
    })
  )

  it.effect("shows what is wrong as it is told", () =>
    Effect.gen(function* () {
      const [wrong = ""] = codeBlocks(page, "yml")
      const [lines] = codeBlocks(page, "text")
      const result = yield* Effect.result(parse(wrong))
      assert.isTrue(Result.isFailure(result))
      if (Result.isFailure(result)) assert.strictEqual(`${result.failure.message}\n`, lines)
    })
  )

  it("has every key there is, and says so where one can not be left out", () => {
    for (const [name, { absent, shape }] of vendoYaml.keys) {
      const names = shape.kind === "mapping" ? Array.from(shape.keys.keys(), (inner) => `${name}.${inner}`) : [name]
      for (const key of names) {
        const row = page.split("\n").find((line) => line.startsWith("|") && line.includes(`\`${key}\``))
        assert.isDefined(row, key)
        assert.strictEqual(row.includes("it can not be"), absent === undefined, key)
      }
    }
  })
})
