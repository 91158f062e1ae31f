/**
 * What must hold of the packages that `pnpm pack:sdk` made, one check at a time:
 *
 *   pnpm sdk:size       the Promise SDK, Effect and all, is as small as was promised
 *   pnpm sdk:publint    what the package says of itself is true of its files
 *   pnpm sdk:attw       its types are found, and are right, however it is imported
 *
 * @module
 */
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { gzipSync } from "node:zlib"
import { publint } from "publint"
import { formatMessage } from "publint/utils"
import { published } from "./sdk/published.ts"

const root = join(import.meta.dirname, "..")

/** The most the main entry of the Promise SDK may weigh: bytes after gzip -9. */
export const budget = 75_000

const kB = (bytes: number) => (bytes / 1000).toFixed(1)

export interface Verdict {
  readonly faults: ReadonlyArray<string>
  /** One line that says what was looked at. */
  readonly seen: string
}

export const size = (code: string | Uint8Array): Verdict => {
  const { length } = gzipSync(code, { level: 9 })
  return {
    seen: `${kB(length)} kB of ${kB(budget)} kB gzipped`,
    faults: length > budget ? [`the main entry weighs ${kB(length)} kB gzipped; ${kB(budget)} kB is the most`] : []
  }
}

const together = (verdicts: ReadonlyArray<Verdict>): Verdict => ({
  seen: verdicts.map(({ seen }) => seen).join(", "),
  faults: verdicts.flatMap(({ faults }) => faults)
})

/** Warnings and suggestions count: each is a user somewhere for whom something does not work. */
export const publintOf = async (tarball: string): Promise<Verdict> => {
  const { buffer } = Uint8Array.from(readFileSync(tarball))
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true })
  return {
    seen: `${pkg["name"]} looked at`,
    faults: messages.map(
      (message) => `${pkg["name"]}: ${formatMessage(message, pkg, { color: false }) ?? message.code}`
    )
  }
}

/** Every rule, for every way of resolving: none is ignored. */
export const attwOf = (tarball: string): Verdict => {
  const { status, stderr, stdout } = spawnSync(
    join(root, "node_modules/.bin/attw"),
    [tarball, "--format", "ascii", "--no-color", "--no-emoji"],
    { encoding: "utf8" }
  )
  const found = /^(\S+ v\S+)$/m.exec(stdout)?.[1]
  if (status === 0 && found !== undefined) return { seen: `${found} looked at`, faults: [] }
  return { seen: "", faults: [`${tarball}:\n${stdout}${stderr}`] }
}

/** The tarballs in a folder that `pnpm pack:sdk` filled. */
const tarballs = (into: string) =>
  published.map(({ folder }) => {
    const { name, version }: Readonly<Record<"name" | "version", string>> = JSON.parse(
      readFileSync(join(into, folder, "package.json"), "utf8")
    )
    return join(into, `${name.slice(1).replace("/", "-")}-${version}.tgz`)
  })

const checks: Readonly<Record<string, (into: string) => Promise<Verdict>>> = {
  size: async (into) => size(readFileSync(join(into, "sdk/dist/index.js"))),
  publint: async (into) => together(await Promise.all(tarballs(into).map(publintOf))),
  attw: async (into) => together(tarballs(into).map(attwOf))
}

if (import.meta.main) {
  const [name = "", into = join(root, "dist")] = process.argv.slice(2)
  const check = checks[name]
  if (check === undefined) throw new Error(`there is no check "${name}", only ${Object.keys(checks).join(", ")}`)
  const { faults, seen } = await check(resolve(into))
  for (const fault of faults) console.error(fault)
  if (faults.length > 0) process.exitCode = 1
  else console.log(seen)
}
