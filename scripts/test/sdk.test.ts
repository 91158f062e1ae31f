import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { attwOf, budget, publintOf, size } from "../check-sdk.ts"
import { importFaults } from "../sdk/bundle.ts"
import { asCommonJs, collect, declarationFaults } from "../sdk/declarations.ts"
import { manifestOf } from "../sdk/manifest.ts"
import type { Rooms } from "../sdk/published.ts"

const rooms: Rooms = new Map([
  ["@vendodev/client", { folder: "client", exports: { "./*": "./src/*.ts" } }],
  ["@vendodev/domain", { folder: "domain", exports: { "./*": "./src/*.ts" } }]
])

const lines = (...lines: ReadonlyArray<string>) => lines.join("\n")

const emitted = {
  "sdk/src/index.d.ts": lines(
    `/** Tokens: \`import { Vendo } from "./Vendo.ts"\`. */`,
    `export { Vendo } from "./Vendo.ts"`,
    `export type { Token } from "@vendodev/client/held/Token"`,
    `export declare const one: import("effect").Option.Option<import("./Vendo.ts").Vendo>`
  ),
  "sdk/src/Vendo.d.ts": `export declare class Vendo {}`,
  "sdk/src/unused.d.ts": `export {}`,
  "client/src/held/Token.d.ts": `import type { Slug } from "@vendodev/domain/Ids"\nexport * from "../headers.ts"`,
  "client/src/headers.d.ts": `export type Headers = {}`,
  "domain/src/Ids.d.ts": `export type Slug = string`
}

const collected = (changes: Record<string, string> = {}) =>
  collect(new Map(Object.entries({ ...emitted, ...changes })), { folder: "sdk", entries: ["src/index.ts"], rooms })

describe("The declarations of a published package", () => {
  it("are those its entries reach, and lead to each other by paths", () => {
    const files = collected()
    assert.sameMembers(
      [...files.keys()],
      ["index.d.ts", "Vendo.d.ts", "client/held/Token.d.ts", "client/headers.d.ts", "domain/Ids.d.ts"]
    )
    assert.strictEqual(
      files.get("index.d.ts"),
      lines(
        `/** Tokens: \`import { Vendo } from "./Vendo.ts"\`. */`,
        `export { Vendo } from "./Vendo.js"`,
        `export type { Token } from "./client/held/Token.js"`,
        `export declare const one: import("effect").Option.Option<import("./Vendo.js").Vendo>`
      )
    )
    assert.strictEqual(
      files.get("client/held/Token.d.ts"),
      `import type { Slug } from "../../domain/Ids.js"\nexport * from "../headers.js"`
    )
  })

  it("are the same for require, with its own ends of names", () => {
    const files = asCommonJs(collected())
    assert.isTrue([...files.keys()].every((file) => file.endsWith(".d.cts")))
    assert.include(files.get("index.d.cts"), `from "./Vendo.cjs"`)
    assert.include(files.get("index.d.cts"), `import("effect")`)
    assert.include(files.get("client/held/Token.d.cts"), `from "../../domain/Ids.cjs"`)
  })

  it("are not built when one is missing, or two would take one place", () => {
    assert.throws(() => collected({ "sdk/src/Vendo.d.ts": `export * from "./Lost.ts"` }), /no declaration .*Lost/)
    assert.throws(
      () =>
        collected({
          "sdk/src/Vendo.d.ts": `export * from "./client/headers.ts"`,
          "sdk/src/client/headers.d.ts": "export {}"
        }),
      /both be published as client\/headers\.d\.ts/
    )
  })

  const faults = (text: string, peers: ReadonlyArray<string> = []) =>
    declarationFaults(new Map([["index.d.ts", text]]), { name: "@vendodev/sdk", peers, rooms })

  it("of the Promise SDK name neither Effect nor a private room", () => {
    const lawful = lines(
      `/** Takes effect at once. */`,
      `import { Vendo } from "@vendodev/sdk"`,
      `export * from "./Vendo.js"`
    )
    assert.deepStrictEqual(faults(lawful), [])
    for (const text of [
      `import { Effect } from "effect"`,
      `import type { Redacted } from "effect/Redacted"`,
      `export declare const wait: import("effect").Duration.Duration`,
      `export type Answer = Effect<string>`,
      `export type { Token } from "@vendodev/client/Token"`,
      `export type { Token } from "./client/Token.js"`,
      `/** As {@link Token} of @vendodev/client/Token. */`,
      `import type { Server } from "node:http"`,
      `import type { Server } from "@types/node"`
    ]) {
      assert.isAbove(faults(text).length, 0, text)
    }
  })

  it("of the Effect SDK name Effect, and nothing else that is not installed with it", () => {
    const peers = ["effect"]
    const lawful = `import { Effect } from "effect"\nimport type { HttpClient } from "effect/http"`
    assert.deepStrictEqual(faults(lawful, peers), [])
    assert.lengthOf(faults(`export type { Token } from "@vendodev/client/Token"`, peers), 1)
    assert.lengthOf(faults(`import type { Layer } from "effectful"`, peers), 1)
  })
})

describe("A bundle", () => {
  const importing = (file: string, path: string) =>
    importFaults(
      {
        inputs: { "src/index.ts": { bytes: 1, imports: [] } },
        outputs: {
          [file]: {
            bytes: 1,
            inputs: {},
            exports: [],
            imports: [{ external: true, kind: "import-statement", path }]
          }
        }
      },
      { name: "@vendodev/sdk", onNode: ["reconciler"], peers: ["effect"] }
    )

  it("names Node in the entries for Node alone", () => {
    assert.deepStrictEqual(importing("dist/reconciler.js", "node:fs"), [])
    assert.lengthOf(importing("dist/index.js", "node:fs"), 1)
    assert.lengthOf(importing("dist/testing.cjs", "fs"), 1)
  })

  it("takes the main entry by its name, so that an error is of one class, and holds what nobody installs", () => {
    assert.deepStrictEqual(importing("dist/testing.cjs", "@vendodev/sdk"), [])
    assert.lengthOf(importing("dist/index.js", "@vendodev/sdk"), 1)
    assert.deepStrictEqual(importing("dist/index.js", "effect/http"), [])
    assert.lengthOf(importing("dist/index.js", "eventsource-parser"), 1)
  })

  it("over its budget is refused", () => {
    assert.deepStrictEqual(size(randomBytes(budget - 200)).faults, [])
    assert.lengthOf(size(randomBytes(budget)).faults, 1)
  })
})

const source = {
  name: "@vendodev/sdk",
  version: "1.2.3",
  license: "Apache-2.0",
  exports: { ".": "./src/index.ts", "./testing": "./src/testing.ts" },
  dependencies: { "@vendodev/client": "workspace:*", effect: "catalog:" }
}

const manifest = manifestOf(source, { node: ">=20", peers: [] }, () => "4.1.0")

it("The manifest asks for nothing of the workspace, and for Effect where it is a peer", () => {
  assert.doesNotHaveAnyKeys(manifest, ["private", "dependencies", "devDependencies", "peerDependencies"])
  assert.notMatch(JSON.stringify(manifest), /workspace:|catalog:|\.ts"(?<!\.d\.ts")/)
  assert.deepStrictEqual(manifestOf(source, { node: ">=22.19", peers: ["effect"] }, () => "4.1.0").peerDependencies, {
    effect: "~4.1.0"
  })
})

/** A tarball of a package with this manifest. */
const packed = async (packageJson: object, files: Record<string, string>, look: (tarball: string) => Promise<void>) => {
  const folder = mkdtempSync(join(tmpdir(), "vendo-packed-"))
  try {
    for (const [file, text] of Object.entries({ ...files, "package.json": JSON.stringify(packageJson) })) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), text)
    }
    const { status, stderr } = spawnSync("npm", ["pack"], { cwd: folder, encoding: "utf8" })
    assert.strictEqual(status, 0, stderr)
    await look(join(folder, "vendodev-sdk-1.2.3.tgz"))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

describe("A tarball", () => {
  const files = Object.fromEntries(
    ["index", "testing"].flatMap((entry) => [
      [`dist/${entry}.js`, "export const one = 1"],
      [`dist/${entry}.cjs`, "exports.one = 1"],
      [`dist/${entry}.d.ts`, "export declare const one: number"],
      [`dist/${entry}.d.cts`, "export declare const one: number"]
    ])
  )

  it("is found clean by publint and attw when it is", () =>
    packed(manifest, files, async (tarball) => {
      assert.deepStrictEqual((await publintOf(tarball)).faults, [])
      assert.deepStrictEqual(attwOf(tarball).faults, [])
    }))

  it("whose manifest names a file that is not there is refused by publint", () =>
    packed({ ...manifest, main: "./dist/lost.cjs" }, files, async (tarball) => {
      assert.match((await publintOf(tarball)).faults.join("\n"), /lost\.cjs/)
    }))

  it("that merely makes publint suggest something is refused", () => {
    const { type: _, ...typeless } = manifest
    return packed({ ...typeless, repository: "https://github.com/example/example" }, files, async (tarball) => {
      assert.isAbove((await publintOf(tarball)).faults.length, 0)
    })
  })

  it("whose types are those of the other format is refused by attw", () => {
    const masked = JSON.parse(JSON.stringify(manifest).replaceAll(".d.cts", ".d.ts"))
    return packed(masked, files, async (tarball) => {
      assert.match(attwOf(tarball).faults.join("\n"), /Masquerading as ESM/i)
    })
  })

  it("whose subpath an older resolver does not find is refused by attw", () => {
    const { typesVersions: _, ...modern } = manifest
    return packed(modern, files, async (tarball) => {
      assert.match(attwOf(tarball).faults.join("\n"), /Resolution failed/i)
    })
  })
})
