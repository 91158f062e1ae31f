import { assert, describe, it } from "@effect/vitest"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { errorTable } from "@vendodev/domain/BrokerError"
import { discover, type GeneratedFile, stale } from "../generate.ts"
import { errorsPage, rows } from "../generators/errorsPage.ts"
import { sorted } from "../generators/openapi.ts"

const generators = await discover(join(import.meta.dirname, "../generators"))

const withDirectory = async (work: (into: string) => Promise<void>) => {
  const into = mkdtempSync(join(tmpdir(), "vendo-generate-"))
  try {
    await work(into)
  } finally {
    rmSync(into, { recursive: true, force: true })
  }
}

const errorsPath = "docs/reference/errors.md"
const rendering = (page: string): ReadonlyArray<GeneratedFile> => [
  { path: errorsPath, render: () => Promise.resolve(page) }
]

describe("The reference", () => {
  it("rendered twice is the same, so that a check finds nothing to do after it was written", () =>
    withDirectory(async (into) => {
      assert.deepStrictEqual(
        await stale(generators, { into, write: true }),
        generators.map(({ path }) => path)
      )
      assert.deepStrictEqual(await stale(generators, { into, write: false }), [])
    }))

  for (const [index, { code }] of rows.entries()) {
    it(`is stale once the row of ${code} says something else`, () =>
      withDirectory(async (into) => {
        const before = errorsPage(rows)
        await stale(rendering(before), { into, write: true })
        for (const change of [{ when: "Something else." }, { remedy: "Do something else." }, { status: "418" }]) {
          const page = errorsPage(rows.map((row, at) => (at === index ? { ...row, ...change } : row)))
          assert.deepStrictEqual(await stale(rendering(page), { into, write: false }), [errorsPath])
          assert.strictEqual(readFileSync(join(into, errorsPath), "utf8"), before)
        }
        assert.strictEqual(readFileSync(join(into, errorsPath), "utf8"), before)
      }))
  }
})

describe("The page of errors", () => {
  const table = errorsPage(rows)
    .split("\n")
    .filter((line) => /^\| `[a-z_]+`/.test(line))

  it("has every code of the table exactly once, in its order", () => {
    assert.deepStrictEqual(
      table.map((line) => /`([a-z_]+)`/.exec(line)?.[1]),
      errorTable.map(({ code }) => code)
    )
  })

  it("tells of each its status, when it is answered and what to do", () => {
    for (const [index, { remedy, status, when }] of errorTable.entries()) {
      const cells = (table[index] ?? "").split(" | ")
      assert.include(cells[1], String(status))
      assert.deepStrictEqual(cells.slice(2, 4), [when, remedy])
    }
  })

  it("shows a 401, a 409 and a 503 as they are sent", () => {
    const page = errorsPage(rows)
    const answers = [...page.matchAll(/```http\n([^]*?)\n```/g)].map(([, text = ""]) => text.split("\n"))
    assert.deepStrictEqual(
      answers.map(([line]) => line?.split(" ")[1]),
      ["401", "409", "503"]
    )
    for (const answer of answers) {
      assert.isTrue(answer.some((line) => line.startsWith("vendo-error-code: ")))
      assert.isTrue(answer.includes("cache-control: no-store"))
      const body: { readonly error: string; readonly detail: string } = JSON.parse(answer.at(-1) ?? "")
      assert.containsAllKeys(body, ["error", "detail"])
    }
  })
})

it("the contract is written with its keys in order, whatever order they were made in", () => {
  assert.strictEqual(
    JSON.stringify(sorted({ b: [{ d: 1, c: null }, "x"], a: { z: {}, y: false } })),
    `{"a":{"y":false,"z":{}},"b":[{"c":null,"d":1},"x"]}`
  )
})
