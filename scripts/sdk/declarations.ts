/**
 * The declarations of a published package: what the compiler emits for it and
 * for the rooms it is made of, in one folder, with every import inside it.
 */
import { spawnSync } from "node:child_process"
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, posix } from "node:path"
import { withoutComments } from "../check-rooms.ts"
import type { Rooms } from "./published.ts"

/** Text by its path. */
export type Files = ReadonlyMap<string, string>

/** What the compiler emits for whole packages, by path below `packages`. */
export const emit = (root: string, folders: ReadonlyArray<string>): Files => {
  const into = mkdtempSync(join(tmpdir(), "vendo-declarations-"))
  try {
    const config = join(into, "tsconfig.json")
    const compilerOptions = {
      declaration: true,
      emitDeclarationOnly: true,
      noEmit: false,
      outDir: join(into, "out"),
      rootDir: join(root, "packages"),
      stripInternal: true,
      typeRoots: [join(root, "node_modules/@types")],
      types: ["node"]
    }
    const include = folders.map((folder) => join(root, "packages", folder, "src"))
    writeFileSync(config, JSON.stringify({ extends: join(root, "tsconfig.base.json"), compilerOptions, include }))
    const { status, stderr, stdout } = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", config], {
      cwd: root,
      encoding: "utf8"
    })
    if (status !== 0) throw new Error(`tsc emitted no declarations:\n${stdout}${stderr}`)
    const files = globSync("**/*.d.ts", { cwd: join(into, "out") })
    return new Map(files.map((file) => [file, readFileSync(join(into, "out", file), "utf8")]))
  } finally {
    rmSync(into, { recursive: true, force: true })
  }
}

const imported = /(\b(?:from|import|module)\s*\(?\s*)(["'])([^"'\n]+)\2/g

/** What a declaration imports, comments aside. */
export const specifiers = (text: string): ReadonlyArray<string> =>
  [...withoutComments(text).matchAll(imported)].flatMap(([, , , specifier]) => specifier ?? [])

/** The same text with other specifiers. What comments show stays as it is. */
export const withSpecifiers = (text: string, change: (specifier: string) => string): string => {
  let changed = ""
  let done = 0
  for (const { 0: all, 1: before = "", 3: specifier = "", index } of withoutComments(text).matchAll(imported)) {
    const start = index + before.length + 1
    changed += text.slice(done, start) + change(specifier)
    done = index + all.length - 1
  }
  return changed + text.slice(done)
}

export interface Origin {
  /** The folder of the published package. */
  readonly folder: string
  /** Its entries, as files of that folder: `src/index.ts`. */
  readonly entries: Iterable<string>
  readonly rooms: Rooms
}

const declarationOf = (file: string) => file.replace(/\.ts$/, ".d.ts")

/** The emitted file an import leads to, or nothing when it leads out of the package. */
const leadsTo = (from: string, specifier: string, rooms: Rooms): string | undefined => {
  if (specifier.startsWith(".")) return declarationOf(posix.join(posix.dirname(from), specifier))
  for (const [name, { exports, folder }] of rooms) {
    if (specifier !== name && !specifier.startsWith(`${name}/`)) continue
    const subpath = `.${specifier.slice(name.length)}`
    const file = exports[subpath] ?? exports["./*"]?.replace("*", subpath.slice(2))
    if (file === undefined) throw new Error(`${from}: ${name} does not export ${subpath}`)
    return declarationOf(posix.join(folder, file))
  }
  return undefined
}

/** Every declaration the entries reach, by its path in the published folder. */
export const collect = (emitted: Files, { entries, folder, rooms }: Origin): Files => {
  // `sdk-effect/src/Vendo.d.ts` stands at the top, `client/src/Token.d.ts` in a folder of its room.
  const placeOf = (file: string) => file.replace(/^([^/]+)\/src\//, (_, room) => (room === folder ? "" : `${room}/`))
  const reached = new Map<string, string>()
  const placed = new Map<string, string>()
  const visit = (file: string, from: string): void => {
    if (reached.has(file)) return
    const text = emitted.get(file)
    if (text === undefined) throw new Error(`${from}: there is no declaration ${file}`)
    const place = placeOf(file)
    const taken = placed.get(place)
    if (taken !== undefined) throw new Error(`${file} and ${taken} would both be published as ${place}`)
    placed.set(place, file)
    reached.set(file, text)
    for (const specifier of specifiers(text)) {
      const next = leadsTo(file, specifier, rooms)
      if (next !== undefined) visit(next, file)
    }
  }
  for (const entry of entries) visit(declarationOf(`${folder}/${entry}`), `the entries of ${folder}`)

  const publish = (file: string, text: string) =>
    withSpecifiers(text, (specifier) => {
      const target = leadsTo(file, specifier, rooms)
      if (target === undefined) return specifier
      const path = posix.relative(posix.dirname(placeOf(file)), placeOf(target)).replace(/\.d\.ts$/, ".js")
      return path.startsWith(".") ? path : `./${path}`
    })
  return new Map([...reached].map(([file, text]) => [placeOf(file), publish(file, text)]))
}

/** The same declarations for who uses `require`. */
export const asCommonJs = (files: Files): Files =>
  new Map(
    [...files].map(([file, text]) => [
      file.replace(/\.d\.ts$/, ".d.cts"),
      withSpecifiers(text, (specifier) => (specifier.startsWith(".") ? specifier.replace(/\.js$/, ".cjs") : specifier))
    ])
  )

/**
 * What a declaration must not say: a type of a package that is not installed
 * with this one resolves to nothing, and is then `any` for who uses it. Where
 * Effect is not installed no room comes along, for each of them speaks of it.
 */
export const declarationFaults = (
  files: Files,
  { name, peers, rooms }: { readonly name: string; readonly peers: ReadonlyArray<string>; readonly rooms: Rooms }
): ReadonlyArray<string> => {
  const known = [name, ...peers]
  const isKnown = (specifier: string) =>
    specifier.startsWith(".") || known.some((known) => specifier === known || specifier.startsWith(`${known}/`))
  const alone = !peers.includes("effect")
  const folders = [...rooms.values()].map(({ folder }) => `${folder}/`)
  const isOfRoom = (file: string) => folders.some((folder) => file.startsWith(folder))

  const faultsOf = (file: string, text: string) => {
    const imports = specifiers(text)
    const strange = imports.filter((specifier) => !isKnown(specifier)).map((specifier) => `imports ${specifier}`)
    if (!alone) return strange
    const entered = imports
      .filter((specifier) => specifier.startsWith("."))
      .map((specifier) => posix.join(posix.dirname(file), specifier))
      .filter(isOfRoom)
      .map((entered) => `imports ${entered}`)
    const told = [...rooms.keys()].filter((room) => text.includes(`${room}/`)).map((room) => `speaks of ${room}`)
    const named = /\beffect\b/i.test(withoutComments(text)) ? ["names Effect"] : []
    return [...strange, ...entered, ...told, ...named]
  }
  return [...files]
    .filter(([file]) => !alone || !isOfRoom(file))
    .flatMap(([file, text]) => faultsOf(file, text).map((fault) => `${name}: ${file} ${fault}`))
}
