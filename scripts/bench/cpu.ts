/**
 * Where processor time went, as the kernel counts it. Unlike a rate it hardly
 * depends on what else the machine is doing. Linux only; elsewhere nothing is
 * known, and nothing is claimed.
 */
import { readdirSync, readFileSync } from "node:fs"
import { cpus } from "node:os"

/** What `/proc` counts in, on every architecture. */
const ticksPerSecond = 100

interface Process {
  readonly parent: number
  readonly own: number
  /** Of children that have ended. */
  readonly reaped: number
}

const read = (pid: number | string): Process | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    // The name in parentheses may hold anything; the fields after it are numbers.
    const fields = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number)
    const seconds = (from: number) => ((fields[from] ?? 0) + (fields[from + 1] ?? 0)) / ticksPerSecond
    return { parent: fields[1] ?? 0, own: seconds(11), reaped: seconds(13) }
  } catch {
    return undefined
  }
}

/** Seconds one process has used. */
export const ofProcess = (pid: number): number | undefined => read(pid)?.own

/** Seconds a process and all its children have used. */
export const ofFamily = (pid: number): number | undefined => {
  const head = read(pid)
  if (head === undefined) return undefined
  const children = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(read)
    .filter((process) => process?.parent === pid)
  return head.own + head.reaped + children.reduce((sum, process) => sum + (process?.own ?? 0), 0)
}

/** Seconds all cores together were busy. */
const ofMachine = (): number =>
  cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000

export interface Reading {
  readonly at: number
  readonly server: number | undefined
  readonly postgres: number | undefined
  readonly machine: number
}

export const take = (server: number, postgres: number): Reading => ({
  at: performance.now() / 1000,
  server: ofProcess(server),
  postgres: ofFamily(postgres),
  machine: ofMachine()
})

const difference = (before: number | undefined, after: number | undefined): number | undefined =>
  before === undefined || after === undefined ? undefined : after - before

export interface Spent {
  readonly server: number | undefined
  readonly postgres: number | undefined
  /** Share of the machine that went to programs which are none of ours. */
  readonly others: number | undefined
}

/** What was used since. `generator` is what the load generator has used meanwhile. */
export const since = (before: Reading, after: Reading, generator: number): Spent => {
  const server = difference(before.server, after.server)
  const postgres = difference(before.postgres, after.postgres)
  if (server === undefined || postgres === undefined) return { server, postgres, others: undefined }
  const rest = after.machine - before.machine - server - postgres - generator
  return { server, postgres, others: Math.max(0, rest / ((after.at - before.at) * cpus().length)) }
}
