import { assert, describe, it } from "@effect/vitest"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import * as Effectful from "@vendodev/effect"
import * as Promised from "@vendodev/sdk"
import { effectSdk, promiseSdk } from "../generators/sdkReference.ts"
import { declarationsIn, exportsOf, membersIn } from "../reference/declarations.ts"
import { type Package, referencePage } from "../reference/page.ts"
import { signatureOf } from "../reference/signatures.ts"

const root = join(import.meta.dirname, "../..")

const packages = [
  { of: promiseSdk, exported: Promised },
  { of: effectSdk, exported: Effectful }
]

/** What the page tells of: its headings, and the first cells of its table of errors. */
const told = (page: string) =>
  new Set([...page.matchAll(/^### (\w+)$|^\| `(\w+)` \|/gm)].map(([, heading, error]) => heading ?? error))

const page = (sources: Readonly<Record<string, string>>) => {
  const folder = mkdtempSync(join(tmpdir(), "vendo-reference-"))
  try {
    for (const [file, text] of Object.entries(sources)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), text)
    }
    const of: Package = {
      title: "A package",
      intro: "",
      entries: [{ specifier: "@example/package", file: "index.ts" }],
      errorColumns: ["Class"],
      errorRow: () => undefined
    }
    return referencePage(folder, of)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

for (const { exported, of } of packages) {
  describe(`The reference of the ${of.title}`, () => {
    const declarations = of.entries.flatMap(({ file }) => exportsOf(root, file))
    const text = referencePage(root, of)

    it("tells of everything that is exported, types included", () => {
      const names = told(text)
      assert.deepStrictEqual(
        [...Object.keys(exported), ...declarations.map(({ name }) => name)].filter((name) => !names.has(name)),
        []
      )
    })

    it("says of each what it is, and of each function of a client what it answers", () => {
      const silent = declarations.filter(
        ({ doc, name, text }) => doc === "" && of.errorRow({ doc, name, text }) === undefined
      )
      // Each is the type of a schema that says it.
      assert.deepStrictEqual(
        silent.map(({ name }) => name).filter((name) => !["BoundTo", "BrokerError"].includes(name)),
        []
      )
      const client = declarations.find(({ name }) => name === "Vendo")
      const members = membersIn(client?.text ?? "", "  ").filter(({ doc, name }) => doc === "" && !name.startsWith("#"))
      assert.deepStrictEqual(
        members.map(({ name }) => name).filter((name) => !["constructor", "Vendo"].includes(name)),
        []
      )
    })

    it("shows no insides", () => {
      assert.notMatch(text, /#\w+[(:]|\bthis\.[#\w]|Inherited|@internal/)
    })
  })
}

describe("A page of reference", () => {
  it("shows a class by its public members, each with its signature and its comment", () => {
    const text = page({
      "index.ts": `
/** Opens. */
export class Door {
  readonly #key: string
  /** Which one. */
  readonly number: number
  readonly colour: string

  /** A door. */
  constructor(options?: { readonly key: string })
  constructor(options: { readonly key: string } | Inherited = {}) {
    this.#key = options.key
  }

  /**
   * Opens it.
   *
   * Throws \`Stuck\`.
   */
  async open(
    way: "in" | "out",
    then: (door: Door) => void = () => {}
  ): Promise<void> {
    if (way === "in") then(this)
  }

  static locked(): Door {
    return new Door()
  }

  #push(): void {}
}
`
    })
    assert.include(text, "### Door\n\nOpens.")
    assert.include(text, "#### Door.number\n\n```ts\nnumber: number\n```\n\nWhich one.")
    assert.include(text, "#### new Door\n\n```ts\nconstructor(options?: { key: string })\n```\n\nA door.")
    assert.include(text, "```ts\ncolour: string\nstatic locked(): Door\n```")
    assert.include(
      text,
      '#### Door.open\n\n```ts\nopen(\n  way: "in" | "out",\n  then: (door: Door) => void = () => {}\n): Promise<void>\n```\n\nOpens it.\n\nThrows `Stuck`.'
    )
    assert.notMatch(text, /key\b(?!: string \})|Inherited|push/)
  })

  it("takes what another file declares, and nothing of it that the index does not name", () => {
    const text = page({
      "index.ts": `export { type Far, near } from "./parts/other.ts"\nexport type * from "./types.ts"\n`,
      "parts/other.ts": `/** F. */\nexport type Far = string\n/** N. */\nexport const near = 1\nexport const hidden = 2\n`,
      "types.ts": `/** T. */\nexport interface Third {\n  /** One. */\n  readonly one: 1\n}\nconst not = 3\n`
    })
    assert.deepStrictEqual([...told(text)], ["near", "Far", "Third"])
    assert.include(text, "T.\n\n```ts\ninterface Third {\n  /** One. */\n  one: 1\n}\n```")
  })

  it("is not made when a name that is exported is nowhere declared", () => {
    const index = `export { gone } from "./other.ts"\n`
    assert.throws(() => page({ "index.ts": index, "other.ts": "" }), "other.ts declares no gone")
    assert.throws(() => page({ "index.ts": `export * from "effect"\n` }), "effect is no source")
  })
})

describe("A signature", () => {
  const shown: ReadonlyArray<readonly [source: string, signature: string]> = [
    ["export const a = (one: string): string => one", "const a = (one: string): string"],
    ["export const a = async <A>(one: A): Promise<A> => one", "const a = <A>(one: A): Promise<A>"],
    ["export const a =\n  (b: B) =>\n  (c: C): D =>\n    d((e) => e)", "const a =\n  (b: B) =>\n  (c: C): D"],
    ["export const a: Wait = { times: 1 }", "const a: Wait"],
    ["export const a = Client.a", "const a = Client.a"],
    ["export type A = (b: B) => C", "type A = (b: B) => C"],
    ["export function a(b: { c: D } = {}): E {\n  return b\n}", "function a(b: { c: D } = {}): E"]
  ]
  for (const [source, signature] of shown) {
    it(`of ${source.split("\n")[0]}`, () => {
      const [declaration] = declarationsIn(source)
      assert.strictEqual(declaration?.name.toLowerCase(), "a")
      assert.strictEqual(signatureOf(declaration?.text ?? ""), signature)
    })
  }
})
