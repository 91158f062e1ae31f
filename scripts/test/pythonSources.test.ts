import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { errorTable } from "@vendodev/domain/BrokerError"
import { findPython, pythonEnvironment } from "@vendodev/testing/python"
import { classes, localRemedies } from "../../packages/sdk/src/VendoError.ts"
import { optionsOf, ruff } from "../check-python.ts"
import { entries } from "../generators/clientCatalog.ts"
import { generators } from "../generators/python.ts"

const python = findPython()

/** What the generated modules hold, said by Python itself: only the base class is not generated. */
const inPython = async (program: string): Promise<unknown> => {
  const folder = mkdtempSync(join(tmpdir(), "vendo-python-"))
  try {
    for (const { path, render } of generators) {
      const file = join(folder, path.replace("packages/sdk-python/src/", ""))
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, await render())
    }
    writeFileSync(join(folder, "vendo/__init__.py"), "")
    writeFileSync(join(folder, "vendo/_error.py"), "class VendoError(Exception): pass\n")
    const text = execFileSync(python?.command ?? "", ["-c", program], {
      encoding: "utf8",
      env: pythonEnvironment(folder)
    })
    return JSON.parse(text)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const codes = `
import json
from vendo.errors import CLASSES, REMEDIES, VendoError
import vendo.errors
assert all(issubclass(of, VendoError) and of.__name__ in vendo.errors.__all__ for of in CLASSES.values())
print(json.dumps([{code: of.__name__ for code, of in CLASSES.items()}, REMEDIES]))
`

const catalog = `
import json
from vendo._catalog import CATALOG, find
assert [find(entry.slug) for entry in CATALOG] == list(CATALOG) and find("no such") is None
print(json.dumps([entry._asdict() for entry in CATALOG]))
`

describe("The generated Python", () => {
  it.skipIf(python === undefined)(
    "raises each code as the class that the Promise SDK throws, and says what to do",
    async () => {
      assert.deepStrictEqual(await inPython(codes), [
        Object.fromEntries(Object.entries(classes).map(([code, { name }]) => [code, name])),
        { ...Object.fromEntries(errorTable.map(({ code, remedy }) => [code, remedy])), ...localRemedies }
      ])
    }
  )

  it.skipIf(python === undefined)("knows every integration as the other clients do", async () => {
    assert.deepStrictEqual(
      await inPython(catalog),
      entries.map(({ brandColor, docsUrl, tokenVariables, ...entry }) => ({
        ...entry,
        token_variables: tokenVariables,
        docs_url: docsUrl,
        brand_color: brandColor
      }))
    )
  })

  const look = ruff(
    optionsOf(readFileSync(join(import.meta.dirname, "../../packages/sdk-python/pyproject.toml"), "utf8"))
  )
  for (const { path, render } of generators) {
    it(`is written to ${path} as ruff would format it`, async () => {
      const text = await render()
      assert.deepStrictEqual(look(path, text), { formatted: text, faults: [] })
      for (const line of text.split("\n")) assert.isAtMost(line.length, 100, line)
    })
  }
})
