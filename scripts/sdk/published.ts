/** What is published, and what of the repository each package is made of. */
import { globSync, readFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"

export interface Published {
  /** The folder below `packages`. */
  readonly folder: string
  /** The versions of Node it is tested on. */
  readonly node: string
  /** What the installing project brings along. Everything else is bundled. */
  readonly peers: ReadonlyArray<string>
  /** The entries that name Node. The others run wherever there is `fetch`. */
  readonly onNode: ReadonlyArray<string>
}

export const published: ReadonlyArray<Published> = [
  { folder: "sdk", node: ">=20", peers: [], onNode: ["reconciler"] },
  // A CommonJS caller takes `effect` by `require` of a module, which older versions do not know.
  { folder: "sdk-effect", node: ">=22.19", peers: ["effect"], onNode: [] }
]

/** A package.json of this repository, as far as it is read here. */
export interface Source {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly description?: string
  readonly keywords?: ReadonlyArray<string>
  readonly exports: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
}

/** A package of the repository that is copied into a published one. */
export interface Room {
  readonly folder: string
  readonly exports: Readonly<Record<string, string>>
}

export type Rooms = ReadonlyMap<string, Room>

const scope = "@vendodev/"

export const sourceOf = (root: string, folder: string): Source =>
  JSON.parse(readFileSync(join(root, "packages", folder, "package.json"), "utf8"))

/** The entries of a package by the names of their files: `index`, `testing`. */
export const entriesOf = ({ exports }: Pick<Source, "exports">): ReadonlyMap<string, string> =>
  new Map(Object.values(exports).map((file) => [basename(file, ".ts"), file.replace(/^\.\//, "")]))

/** Every room a package enters, itself or through another. */
export const roomsOf = (root: string, source: Source): Rooms => {
  const all = new Map(
    globSync("packages/*/package.json", { cwd: root }).map((file) => {
      const folder = basename(dirname(file))
      const source = sourceOf(root, folder)
      return [source.name, { folder, source }] as const
    })
  )
  const rooms = new Map<string, Room>()
  const enter = ({ dependencies = {} }: Source): void => {
    for (const name of Object.keys(dependencies)) {
      if (!name.startsWith(scope) || rooms.has(name)) continue
      const found = all.get(name)
      if (found === undefined) throw new Error(`${name} is not in this repository`)
      rooms.set(name, { folder: found.folder, exports: found.source.exports })
      enter(found.source)
    }
  }
  enter(source)
  return rooms
}
