/** What was found, as JSON. */
import { cpus, totalmem } from "node:os"
import { canPin } from "./children.ts"
import type { Findings } from "./contests.ts"
import type { Options } from "./options.ts"
import type { Turn } from "./turns.ts"

export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

const spread = (values: ReadonlyArray<number>): Spread => {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (index: number) => sorted[index] ?? Number.NaN
  const middle = (sorted.length - 1) / 2
  return { median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, min: at(0), max: at(sorted.length - 1) }
}

const known = (values: ReadonlyArray<number | undefined>) => values.filter((value) => value !== undefined)

const failuresOf = (turns: ReadonlyArray<Turn>) => turns.reduce((sum, { failures }) => sum + failures, 0)

const summary = (turns: ReadonlyArray<Turn>) => ({
  server: turns[0]?.server ?? "",
  requestsPerSecond: spread(turns.map((turn) => turn.requestsPerSecond)),
  p50: spread(turns.map(({ p50 }) => p50)).median,
  p99: spread(turns.map(({ p99 }) => p99)).median,
  failures: failuresOf(turns),
  serverMicros: spread(known(turns.map(({ serverMicros }) => serverMicros))),
  postgresMicros: spread(known(turns.map(({ postgresMicros }) => postgresMicros))),
  generatorShare: spread(turns.map(({ generatorShare }) => generatorShare)).median
})

export type Summary = ReturnType<typeof summary>

const summaries = (turns: ReadonlyArray<Turn>) =>
  [...new Set(turns.map(({ server }) => server))].map((name) => summary(turns.filter(({ server }) => server === name)))

/** Of each round by itself, so that what slowed a round down slows both sides of it. */
const ratio = (turns: ReadonlyArray<Turn>, a: string, b: string, of: (turn: Turn) => number): Spread =>
  spread(
    turns
      .filter(({ server }) => server === a)
      .flatMap((one) =>
        turns.filter(({ round, server }) => server === b && round === one.round).map((other) => of(one) / of(other))
      )
  )

const rate = ({ requestsPerSecond }: Turn) => requestsPerSecond
const slowest = ({ p99 }: Turn) => p99
const processorTime = ({ postgresMicros, serverMicros }: Turn) =>
  (serverMicros ?? Number.NaN) + (postgresMicros ?? Number.NaN)

const audited = "by hand, audited"

/** Those of servers that were not there, or of a load that was not asked for, are left out. */
const ratiosOf = ({ constant, oneTenant, rotating }: Findings): Readonly<Record<string, Spread>> => {
  const all = {
    "vendo / fixed": ratio(rotating, "vendo", "fixed", rate),
    "vendo / by hand": ratio(rotating, "vendo", "by hand", rate),
    "vendo / by hand, audited": ratio(rotating, "vendo", audited, rate),
    "by hand / fixed": ratio(rotating, "by hand", "fixed", rate),
    "p99, vendo / by hand": ratio(rotating, "vendo", "by hand", slowest),
    "processor time, vendo / by hand": ratio(rotating, "vendo", "by hand", processorTime),
    "processor time, vendo / by hand, audited": ratio(rotating, "vendo", audited, processorTime),
    "one tenant, vendo / by hand": ratio(oneTenant, "vendo", "by hand", rate),
    "one tenant, vendo / by hand, audited": ratio(oneTenant, "vendo", audited, rate),
    "constant rate, p99, vendo / by hand": ratio(constant, "vendo", "by hand", slowest),
    "constant rate, p99, vendo / by hand, audited": ratio(constant, "vendo", audited, slowest),
    "constant rate, p50, vendo / by hand": ratio(constant, "vendo", "by hand", ({ p50 }) => p50)
  }
  return Object.fromEntries(Object.entries(all).filter(([, { median }]) => !Number.isNaN(median)))
}

interface Goal {
  readonly contest: Findings["contest"]
  readonly ratio: string
  readonly isAtLeast: boolean
  readonly goal: number
}

const goals: ReadonlyArray<Goal> = [
  { contest: "static", ratio: "vendo / by hand", isAtLeast: true, goal: 1.5 },
  { contest: "static", ratio: "vendo / fixed", isAtLeast: true, goal: 0.25 },
  { contest: "hit", ratio: "vendo / by hand", isAtLeast: true, goal: 1.5 },
  { contest: "hit", ratio: "constant rate, p99, vendo / by hand", isAtLeast: false, goal: 1 }
]

const contestOf = (findings: Findings) => {
  const { constant, contest, groups, oneTenant, path, rotating } = findings
  return {
    contest,
    path,
    rotating: summaries(rotating),
    oneTenant: summaries(oneTenant),
    constant: summaries(constant),
    /** By how much the generator of the constant rate missed its own times, at worst. */
    late: spread(known(constant.map(({ late }) => late))).max,
    ratios: ratiosOf(findings),
    groups,
    turns: { rotating, oneTenant, constant }
  }
}

export type ContestReport = ReturnType<typeof contestOf>

export const of = ({
  findings,
  options,
  postgres
}: {
  readonly findings: ReadonlyArray<Findings>
  readonly options: Options
  readonly postgres: string
}) => {
  const contests = findings.map(contestOf)
  const turns = findings.flatMap(({ constant, oneTenant, rotating }) => [...rotating, ...oneTenant, ...constant])
  return {
    machine: {
      cpu: cpus()[0]?.model ?? "unknown",
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      node: process.version,
      postgres
    },
    setup: {
      connections: options.connections,
      tenants: options.tenants,
      active: options.active,
      rounds: options.rounds,
      seconds: options.seconds,
      rate: options.rate,
      generator: options.wrk ? "wrk" : "autocannon",
      byHand: `@effect/sql-pg, 10 connections, prepared${options.pipelined ? ", pipelined" : ""}`,
      pinned: canPin
    },
    contests,
    others: spread(known(turns.map(({ othersShare }) => othersShare))),
    failures: failuresOf(turns),
    goals: goals.flatMap((goal) => {
      const found = contests.find(({ contest }) => contest === goal.contest)?.ratios[goal.ratio]?.median
      if (found === undefined) return []
      return [{ ...goal, found, met: goal.isAtLeast ? found >= goal.goal : found <= goal.goal }]
    })
  }
}

export type Report = ReturnType<typeof of>
