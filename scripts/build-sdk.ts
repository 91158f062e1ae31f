/**
 * Builds the published packages, each in a folder of its own that can be packed
 * as it stands.
 *
 *   pnpm build:sdk             into dist/
 *   pnpm build:sdk <folder>    into that folder
 *   pnpm pack:sdk [folder]     and a tarball of each beside it
 *
 * @module
 */
import { spawnSync } from "node:child_process"
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { bundle, notices } from "./sdk/bundle.ts"
import { asCommonJs, collect, declarationFaults, emit, type Files } from "./sdk/declarations.ts"
import { manifestOf } from "./sdk/manifest.ts"
import { entriesOf, published, type Published, roomsOf, sourceOf } from "./sdk/published.ts"

export interface Built {
  readonly name: string
  readonly folder: string
  readonly declarations: number
}

const root = join(import.meta.dirname, "..")

const write = (into: string, files: Files) => {
  for (const [file, text] of files) {
    const path = join(into, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
}

const versionOf = (folder: string) => (peer: string) => {
  const { version }: { readonly version: string } = JSON.parse(
    readFileSync(join(root, "packages", folder, "node_modules", peer, "package.json"), "utf8")
  )
  return version
}

const buildOne = async (what: Published, emitted: Files, into: string): Promise<Built> => {
  const { folder } = what
  const source = sourceOf(root, folder)
  const entries = entriesOf(source)
  const rooms = roomsOf(root, source)

  const declarations = collect(emitted, { folder, entries: entries.values(), rooms })
  const faults = declarationFaults(declarations, { ...what, name: source.name, rooms })
  if (faults.length > 0) {
    throw new Error(
      `${faults.join("\n")}\nnone of it is installed: mark as @internal what only the package itself uses`
    )
  }

  rmSync(into, { recursive: true, force: true })
  write(join(into, "dist"), declarations)
  write(join(into, "dist"), asCommonJs(declarations))
  const held = await bundle(root, { ...what, name: source.name, entries, into: join(into, "dist") })
  if (held.length > 0) writeFileSync(join(into, "THIRD_PARTY_LICENSES"), notices(root, held))

  const manifest = manifestOf(source, what, versionOf(folder))
  writeFileSync(join(into, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`)
  copyFileSync(join(root, "LICENSE"), join(into, "LICENSE"))
  const readme = join(root, "packages", folder, "README.md")
  if (existsSync(readme)) copyFileSync(readme, join(into, "README.md"))
  return { name: source.name, folder: into, declarations: declarations.size }
}

/** Builds all of them, each below `into` in the folder it has below `packages`. */
export const buildAll = async (into: string): Promise<ReadonlyArray<Built>> => {
  const folders = new Set(
    published.flatMap(({ folder }) => [
      folder,
      ...[...roomsOf(root, sourceOf(root, folder)).values()].map(({ folder }) => folder)
    ])
  )
  const emitted = emit(root, [...folders])
  return await Promise.all(published.map((what) => buildOne(what, emitted, join(into, what.folder))))
}

/** Makes the tarball that would be published, and says where it is. */
export const pack = ({ folder }: Built): string => {
  const into = dirname(folder)
  const { status, stderr, stdout } = spawnSync("npm", ["pack", "--json", "--pack-destination", into], {
    cwd: folder,
    encoding: "utf8"
  })
  if (status !== 0) throw new Error(`npm pack failed: ${stderr}`)
  const [made]: ReadonlyArray<{ readonly filename: string } | undefined> = JSON.parse(stdout)
  if (made === undefined) throw new Error("npm pack made nothing")
  return join(into, made.filename)
}

if (import.meta.main) {
  const args = process.argv.slice(2)
  const into = resolve(args.find((arg) => !arg.startsWith("--")) ?? join(root, "dist"))
  try {
    const built = await buildAll(into)
    for (const { declarations, folder, name } of built) console.log(`${name}: ${folder}, ${declarations} declarations`)
    if (args.includes("--pack")) for (const one of built) console.log(pack(one))
    const declarations = built.reduce((sum, { declarations }) => sum + declarations, 0)
    console.log(`${built.length} packages built, ${declarations} declarations that name nothing uninstalled`)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
