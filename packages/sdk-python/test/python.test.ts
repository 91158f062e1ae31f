import { assert, describe, it } from "@effect/vitest"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { findAmong } from "@vendodev/testing/python"

/** Programs that answer what a Python of that version and with those modules would. */
const withPrograms = (
  answers: Readonly<Record<string, ReadonlyArray<string | number>>>,
  work: (pathOf: (name: string) => string) => void
) => {
  const folder = mkdtempSync(join(tmpdir(), "vendo-python-"))
  const pathOf = (name: string) => join(folder, name)
  try {
    for (const [name, answer] of Object.entries(answers)) {
      const line = JSON.stringify([pathOf(name), ...answer])
      writeFileSync(pathOf(name), `#!/bin/sh\necho '${line}'\n`, { mode: 0o755 })
    }
    work(pathOf)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

describe("The Python of the tests", () => {
  it("is the first that has all the modules that are asked for", () =>
    withPrograms({ bare: [3, 13, 1], full: [3, 11, 2, "requests", "aiohttp"] }, (pathOf) => {
      const found = findAmong([pathOf("bare"), pathOf("full")], ["requests", "aiohttp"])
      assert.deepStrictEqual(found, {
        command: pathOf("full"),
        version: "3.11.2",
        modules: new Set(["requests", "aiohttp"])
      })
    }))

  it("is the first of all where none has every module", () =>
    withPrograms({ some: [3, 12, 1, "requests"], other: [3, 11, 2, "aiohttp"] }, (pathOf) => {
      const found = findAmong([pathOf("some"), pathOf("other")], ["requests", "aiohttp"])
      assert.deepStrictEqual(found, { command: pathOf("some"), version: "3.12.1", modules: new Set(["requests"]) })
    }))

  it("is none that is older than the SDK, and none that is not there", () =>
    withPrograms({ old: [3, 10, 9], older: [2, 18, 1] }, (pathOf) => {
      assert.isUndefined(findAmong([pathOf("old"), pathOf("older"), pathOf("missing")], []))
    }))
})
