/**
 * Switches every control off, one at a time, and sees its test turn red.
 *
 *   pnpm mutants               all of them
 *   pnpm mutants vault/        those whose file, test or control holds that text
 *   pnpm mutants --list        what there is
 *   pnpm mutants --shard 1/2   every second one, for two machines
 *
 * Works on a copy, so an interrupted run leaves nothing behind. A mutant that
 * survives is a control nobody would miss: the run fails. So it does where a
 * test fails, or matches nothing, before anything was switched off.
 */
import { spawn } from "node:child_process"
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import type { Mutant } from "@vendodev/testing/Mutant"

const root = join(import.meta.dirname, "..")
const args = process.argv.slice(2)

if (args.includes("--help")) {
  console.log(
    "pnpm mutants [text] [--list] [--shard N/M]\n\nApplies each listed mutant to a copy and expects its test to fail."
  )
  process.exit(0)
}

const shardAt = args.indexOf("--shard")
const [shard = 1, shards = 1] = shardAt === -1 ? [] : (args[shardAt + 1] ?? "").split("/").map(Number)
const text = args.find((arg, index) => !arg.startsWith("--") && (shardAt === -1 || index !== shardAt + 1)) ?? ""

const lists = globSync("{packages/*,scripts}/test/**/*.mutants.ts", { cwd: root }).toSorted()
const all: Array<Mutant> = []
for (const list of lists) {
  const module: { readonly mutants?: ReadonlyArray<Mutant> } = await import(join(root, list))
  if (module.mutants === undefined) throw new Error(`${list} exports no "mutants"`)
  all.push(...module.mutants)
}
const chosen = all
  .filter((mutant) => [mutant.control, mutant.file, mutant.test].some((part) => part.includes(text)))
  .filter((_, index) => index % shards === shard - 1)

if (args.includes("--list")) {
  for (const { control, file, test } of chosen) console.log(`${control}\n  ${file} → ${test}`)
  process.exit(0)
}
if (chosen.length === 0) {
  console.error("no mutant was chosen; `pnpm mutants --list` shows them")
  process.exit(1)
}

const copy = mkdtempSync(join(tmpdir(), "vendo-mutants-"))
const cleanUp = () => rmSync(copy, { recursive: true, force: true })
process.once("exit", cleanUp)
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130))

// Workspace links inside node_modules are relative, so a copy of the tree leads to its own sources.
cpSync(root, copy, {
  recursive: true,
  verbatimSymlinks: true,
  filter: (path) => !/^(?:\.git|\.vendo)(?:\/|$)/.test(relative(root, path))
})

interface Run {
  readonly failed: boolean
  readonly output: string
}

const runTest = ({ name, test }: Mutant): Promise<Run> =>
  new Promise((resolve) => {
    const vitest = join(copy, "node_modules/vitest/vitest.mjs")
    const child = spawn(
      process.execPath,
      [
        vitest,
        "run",
        "--config",
        "vitest.workspace.ts",
        "--bail",
        "1",
        test,
        ...(name === undefined ? [] : ["-t", name])
      ],
      { cwd: copy, stdio: ["ignore", "pipe", "pipe"] }
    )
    let output = ""
    child.stdout.on("data", (chunk) => (output += String(chunk)))
    child.stderr.on("data", (chunk) => (output += String(chunk)))
    child.once("exit", (code) => resolve({ failed: code !== 0, output }))
  })

/** A failed assertion, not a file that no longer loads or a run in which nothing ran. */
const isRed = ({ failed, output }: Run) => failed && /^\s*[0-9]+ passed, [1-9][0-9]* failed/m.test(output)

/** A test that fails by itself kills everything, and so proves nothing. Asked once of each. */
const soundness = new Map<string, Promise<Run>>()
const soundnessOf = (mutant: Mutant): Promise<Run> => {
  const which = `${mutant.test} ${mutant.name ?? ""}`
  const known = soundness.get(which) ?? runTest(mutant)
  soundness.set(which, known)
  return known
}

const outcomes = { killed: 0, survived: 0 }
const started = performance.now()
for (const [index, mutant] of chosen.entries()) {
  const path = join(copy, mutant.file)
  const original = readFileSync(path, "utf8")
  const occurrences = original.split(mutant.find).length - 1
  const say = (verdict: string) =>
    console.log(
      `${String(index + 1).padStart(3)}/${chosen.length} ${verdict.padEnd(8)} ${Math.round((performance.now() - started) / 1000)}s  ${mutant.control}`
    )
  if (occurrences !== 1) {
    outcomes.survived++
    say("STALE")
    console.log(`      ${mutant.file} holds the text ${occurrences} times; it must be there once`)
    continue
  }
  const sound = await soundnessOf(mutant)
  if (sound.failed) {
    outcomes.survived++
    say("UNSOUND")
    console.log(`      ${mutant.test} fails as it is\n${sound.output.split("\n").slice(-15).join("\n")}`)
    continue
  }
  writeFileSync(
    path,
    original.replace(mutant.find, () => mutant.replace)
  )
  const run = await runTest(mutant)
  writeFileSync(path, original)
  const killed = isRed(run)
  outcomes[killed ? "killed" : "survived"]++
  say(killed ? "killed" : "SURVIVED")
  if (!killed) console.log(`      ${mutant.file} → ${mutant.test}\n${run.output.split("\n").slice(-15).join("\n")}`)
}

console.log(`${outcomes.killed} killed, ${outcomes.survived} survived`)
process.exit(outcomes.survived === 0 ? 0 : 1)
