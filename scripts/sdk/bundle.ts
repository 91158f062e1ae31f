/** The JavaScript of a published package: each entry in one file, for `import` and for `require`. */
import { build, type Metafile } from "esbuild"
import { existsSync, readFileSync } from "node:fs"
import { builtinModules } from "node:module"
import { join } from "node:path"
import type { Published } from "./published.ts"

const formats = [
  { format: "esm", extension: ".js" },
  { format: "cjs", extension: ".cjs" }
] as const

const isBuiltin = (specifier: string) => specifier.startsWith("node:") || builtinModules.includes(specifier)

/**
 * What a bundle imports and may not. The other entries take the main one by its
 * name, so that `instanceof` holds between them.
 */
export const importFaults = (
  { inputs, outputs }: Metafile,
  { name, onNode, peers }: Pick<Published, "onNode" | "peers"> & { readonly name: string }
): ReadonlyArray<string> => {
  if (Object.keys(inputs).length === 0) return ["nothing was bundled"]
  return Object.entries(outputs).flatMap(([file, { imports }]) => {
    const entry = /([^/]+)\.c?js$/.exec(file)?.[1] ?? file
    const allowed = (specifier: string) =>
      (onNode.includes(entry) && isBuiltin(specifier)) ||
      (entry !== "index" && specifier === name) ||
      peers.some((peer) => specifier === peer || specifier.startsWith(`${peer}/`))
    return imports
      .filter(({ external, path }) => external === true && !allowed(path))
      .map(({ path }) => `${entry} imports ${path}, which is not there where it runs`)
  })
}

export interface Bundling extends Published {
  readonly name: string
  /** Entry files by name. */
  readonly entries: ReadonlyMap<string, string>
  readonly into: string
}

/** Writes the bundles, and says which packages they hold, as folders of `node_modules`. */
export const bundle = async (root: string, options: Bundling): Promise<ReadonlyArray<string>> => {
  const { entries, folder, into, name, onNode, peers } = options
  const held = new Set<string>()
  const all = [...entries].map(([entry, file]) => [entry, join(root, "packages", folder, file)] as const)
  const groups = [
    { platform: "neutral", chosen: all.filter(([entry]) => !onNode.includes(entry)) },
    { platform: "node", chosen: all.filter(([entry]) => onNode.includes(entry)) }
  ] as const
  for (const { chosen, platform } of groups) {
    if (chosen.length === 0) continue
    for (const { extension, format } of formats) {
      const { metafile } = await build({
        absWorkingDir: root,
        bundle: true,
        conditions: ["import"],
        entryPoints: Object.fromEntries(chosen),
        external: [name, ...peers, ...builtinModules.flatMap((builtin) => [builtin, `node:${builtin}`])],
        format,
        legalComments: "none",
        mainFields: ["module", "main"],
        // Node prints the line an uncaught error was thrown on.
        lineLimit: 500,
        metafile: true,
        // Whoever has Effect anyway reads their stack traces.
        minify: peers.length === 0,
        outExtension: { ".js": extension },
        outdir: into,
        platform,
        target: "node20"
      })
      const faults = importFaults(metafile, { name, onNode, peers })
      if (faults.length > 0) throw new Error(`${name}: ${faults.join("\n")}`)
      for (const packed of packagesIn(metafile)) held.add(packed)
    }
  }
  return [...held].toSorted()
}

const packagesIn = ({ outputs }: Metafile) =>
  Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .flatMap(([path]) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [])

const licenseFiles = ["LICENSE", "LICENSE.md", "license", "LICENCE"]

/** The notices that must come along with what is bundled. */
export const notices = (root: string, packages: ReadonlyArray<string>): string =>
  packages
    .map((folder) => {
      const { license, name, version }: Readonly<Record<string, string>> = JSON.parse(
        readFileSync(join(root, folder, "package.json"), "utf8")
      )
      const file = licenseFiles.map((file) => join(root, folder, file)).find((file) => existsSync(file))
      if (file === undefined) throw new Error(`${name} is bundled and brings no license along`)
      return `${name} ${version} (${license})\n\n${readFileSync(file, "utf8").trim()}\n`
    })
    .join("\n---\n\n")
