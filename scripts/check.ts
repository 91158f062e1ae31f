/**
 * Everything that must hold before a change is worth testing, in the order in
 * which it is cheapest to mend. Stops at the first step that fails.
 *
 * @module
 */
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { delimiter, join } from "node:path"

interface Step {
  readonly script: string
  readonly mend: string
  /** What the output of a step that did its work contains; some tools pass when they look at nothing. A group is shown. */
  readonly proof?: RegExp
}

const steps: ReadonlyArray<Step> = [
  { script: "format:check", mend: "run pnpm format", proof: /on [1-9]\d* files/ },
  { script: "lint", mend: "mend the lines above; pnpm lint --fix mends some of them", proof: /on [1-9]\d* files/ },
  { script: "types", mend: "mend the types above; pnpm types repeats this step alone" },
  {
    script: "effect",
    mend: "mend the effects above; pnpm effect repeats this step alone",
    proof: /Checked [1-9]\d* files/
  },
  {
    script: "python:format",
    mend: "run pnpm format, and mend the lines above that are left",
    proof: /^(ruff \S+ on [1-9]\d* files)$/m
  },
  {
    script: "python:types",
    mend: "mend the types above; pnpm python:types repeats this step alone",
    proof: /^Found ([1-9]\d* source files)$/m
  },
  { script: "rooms", mend: "mend the lines above; the law is the list in scripts/check-rooms.ts" },
  { script: "generate:check", mend: "run pnpm generate" },
  {
    script: "pack:sdk",
    mend: "mend the lines above; docs/adr/0017-how-the-sdks-are-built.md says what a declaration may name",
    proof: /^([1-9]\d* packages built, .+)$/m
  },
  {
    script: "sdk:size",
    mend: "take an import out of packages/sdk or packages/client, or see with esbuild --analyze what came in",
    proof: /^([1-9]\S* kB of .+)$/m
  },
  {
    script: "sdk:publint",
    mend: "mend scripts/sdk/manifest.ts, or the files it names",
    proof: /@vendodev\/sdk looked at/
  },
  {
    script: "sdk:attw",
    mend: "mend scripts/sdk/manifest.ts or declarations.ts",
    proof: /@vendodev\/sdk v\S+ looked at/
  }
]

const root = join(import.meta.dirname, "..")
const { scripts }: { readonly scripts: Record<string, string> } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8")
)
const env = { ...process.env, PATH: join(root, "node_modules/.bin") + delimiter + process.env["PATH"] }
const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`

const run = ({ mend, proof, script }: Step): boolean => {
  const command = scripts[script]
  if (command === undefined) {
    console.error(`✗ ${script}: package.json has no such script`)
    return false
  }
  const started = performance.now()
  const { status, stderr, stdout } = spawnSync(command, {
    cwd: root,
    encoding: "utf8",
    env,
    maxBuffer: 64 * 1024 * 1024,
    shell: true,
    stdio: ["ignore", "pipe", "pipe"]
  })
  const shown = proof === undefined ? [] : proof.exec(stdout)
  if (status === 0 && shown !== null) {
    console.log(`✓ ${script.padEnd(15)} ${seconds(started).padEnd(7)} ${shown[1] ?? ""}`.trimEnd())
    return true
  }
  process.stdout.write(stdout)
  process.stderr.write(stderr)
  const fault = status === 0 ? "looked at nothing" : `failed after ${seconds(started)}`
  console.error(`✗ ${script} ${fault}: ${mend}`)
  return false
}

const started = performance.now()
if (steps.every(run)) console.log(`all ${steps.length} steps hold, ${seconds(started)}`)
else process.exitCode = 1
