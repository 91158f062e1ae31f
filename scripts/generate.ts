/**
 * Writes every file that is derived from the code: `node scripts/generate.ts`.
 * With `--check` nothing is written, and a file that would change is a failure.
 *
 * Each module in `scripts/generators` exports `generators`.
 *
 * @module
 */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { pathToFileURL } from "node:url"

/** One derived file. The path is relative to the root of the repository; rendering twice gives the same text. */
export interface GeneratedFile {
  readonly path: string
  readonly render: () => Promise<string>
}

const root = join(import.meta.dirname, "..")

/** The generators of every module in a folder, by path. */
export const discover = async (folder: string): Promise<ReadonlyArray<GeneratedFile>> => {
  const byPath = new Map<string, GeneratedFile>()
  for (const name of (await readdir(folder)).toSorted()) {
    if (!name.endsWith(".ts")) continue
    const module: { readonly generators?: ReadonlyArray<GeneratedFile> } = await import(
      pathToFileURL(join(folder, name)).href
    )
    if (module.generators === undefined) throw new Error(`scripts/generators/${name} exports no generators`)
    for (const generator of module.generators) {
      if (byPath.has(generator.path)) throw new Error(`two generators write ${generator.path}`)
      byPath.set(generator.path, generator)
    }
  }
  return [...byPath.values()]
}

const current = async (path: string) => {
  try {
    return await readFile(path, "utf8")
  } catch {
    return undefined
  }
}

/** The paths whose text is not what their generator renders, and with `write` no longer so afterwards. */
export const stale = async (
  generators: ReadonlyArray<GeneratedFile>,
  { into, write }: { readonly into: string; readonly write: boolean }
): Promise<ReadonlyArray<string>> => {
  const paths: Array<string> = []
  for (const { path, render } of generators) {
    const target = join(into, path)
    const text = await render()
    if ((await current(target)) === text) continue
    paths.push(path)
    if (!write) continue
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, text)
  }
  return paths
}

if (import.meta.main) {
  const check = process.argv.includes("--check")
  const generators = await discover(join(root, "scripts/generators"))
  const paths = await stale(generators, { into: root, write: !check })
  for (const path of paths) console.log(`${check ? "stale" : "wrote"}: ${path}`)
  if (check && paths.length > 0) {
    console.error("run pnpm generate")
    process.exitCode = 1
  } else {
    console.log(`${generators.length} generated files are up to date`)
  }
}
