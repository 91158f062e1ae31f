/** What was found, for a person or as JSON. */
import { cpus, totalmem } from "node:os"
import { canPin, cores } from "./children.ts"
import type { Group } from "./groups.ts"
import { saturated } from "./load.ts"
import type { Options } from "./options.ts"
import type { Turn } from "./turns.ts"

interface Spread {
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

const summary = (turns: ReadonlyArray<Turn>) => ({
  server: turns[0]?.server ?? "",
  requestsPerSecond: spread(turns.map((turn) => turn.requestsPerSecond)),
  p50: spread(turns.map(({ p50 }) => p50)).median,
  p99: spread(turns.map(({ p99 }) => p99)).median,
  failures: turns.reduce((sum, { failures }) => sum + failures, 0),
  serverMicros: spread(known(turns.map(({ serverMicros }) => serverMicros))),
  postgresMicros: spread(known(turns.map(({ postgresMicros }) => postgresMicros))),
  generatorShare: spread(turns.map(({ generatorShare }) => generatorShare)).median
})

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
const processorTime = ({ postgresMicros, serverMicros }: Turn) =>
  (serverMicros ?? Number.NaN) + (postgresMicros ?? Number.NaN)

export interface Findings {
  readonly options: Options
  readonly postgres: string
  readonly rotating: ReadonlyArray<Turn>
  readonly oneTenant: ReadonlyArray<Turn>
  readonly groups: { readonly rotating: ReadonlyArray<Group>; readonly oneTenant: ReadonlyArray<Group> }
}

export const goals = { "vendo / by hand": 1.5, "vendo / fixed": 0.25 } as const

export const of = ({ groups, oneTenant, options, postgres, rotating }: Findings) => {
  const ratios = {
    "vendo / fixed": ratio(rotating, "vendo", "fixed", rate),
    "vendo / by hand": ratio(rotating, "vendo", "by hand", rate),
    "by hand / fixed": ratio(rotating, "by hand", "fixed", rate),
    "p99, vendo / by hand": ratio(rotating, "vendo", "by hand", ({ p99 }) => p99),
    "processor time, vendo / by hand": ratio(rotating, "vendo", "by hand", processorTime),
    "one tenant, vendo / by hand": ratio(oneTenant, "vendo", "by hand", rate)
  }
  const reached = (name: keyof typeof goals) => ({
    goal: name,
    atLeast: goals[name],
    found: ratios[name].median,
    met: ratios[name].median >= goals[name]
  })
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
      generator: options.wrk ? "wrk" : "autocannon",
      byHand: `@effect/sql-pg, 10 connections, prepared${options.pipelined ? ", pipelined" : ""}`,
      pinned: canPin
    },
    rotating: summaries(rotating),
    oneTenant: summaries(oneTenant),
    ratios,
    groups,
    others: spread(known([...rotating, ...oneTenant].map(({ othersShare }) => othersShare))),
    failures: [...rotating, ...oneTenant].reduce((sum, { failures }) => sum + failures, 0),
    goals: [reached("vendo / by hand"), reached("vendo / fixed")],
    turns: { rotating, oneTenant }
  }
}

export type Report = ReturnType<typeof of>

const percent = (share: number) => `${Math.round(share * 100)} %`
const micros = (value: number) => (Number.isNaN(value) ? "-" : value.toFixed(1))
const ratioText = ({ max, median, min }: Spread) => `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`

const table = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join("  ")
    )
    .join("\n")
}

const serverRows = (label: string, found: Report["rotating"]) =>
  found.map((one) => [
    `${one.server}${label}`,
    one.requestsPerSecond.median.toFixed(0),
    `${one.requestsPerSecond.min.toFixed(0)}–${one.requestsPerSecond.max.toFixed(0)}`,
    one.p50.toFixed(2),
    one.p99.toFixed(2),
    micros(one.serverMicros.median),
    micros(one.postgresMicros.median),
    percent(one.generatorShare),
    String(one.failures)
  ])

const groupLines = (label: string, groups: ReadonlyArray<Group>) =>
  groups.map(
    (group) =>
      `${group.function}${label}: ${group.requestsPerCall.toFixed(1)} requests a call, ${group.millisecondsPerCall.toFixed(3)} ms each`
  )

export const text = (report: Report): string => {
  const { machine, setup } = report
  const overloaded = [...report.rotating, ...report.oneTenant].filter(
    ({ generatorShare }) => generatorShare > saturated
  )
  const pinning = setup.pinned
    ? `servers on core ${cores.server}, load generator on core ${cores.generator}, Postgres on either`
    : "nothing is pinned to a core, for taskset is not here"
  const heading = ["", "req/s", "min–max", "p50 ms", "p99 ms", "server µs", "postgres µs", "generator", "failures"]
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}, Postgres ${machine.postgres}`,
    `${setup.generator}, ${setup.connections} connections, ${setup.rounds} rounds of ${setup.seconds} s; ${pinning}`,
    `${setup.tenants} tenants, of which ${setup.active} ask in turn; by hand: ${setup.byHand}`,
    "",
    table([heading, ...serverRows("", report.rotating), ...serverRows(", one tenant", report.oneTenant)]),
    "",
    table(
      Object.entries(report.ratios)
        .filter(([, { median }]) => !Number.isNaN(median))
        .map(([name, found]) => [name, ratioText(found)])
    ),
    "",
    ...groupLines("", report.groups.rotating),
    ...groupLines(", one tenant", report.groups.oneTenant),
    "",
    ...overloaded.map(
      ({ generatorShare, server, serverMicros }) =>
        `The load generator used ${percent(generatorShare)} of its core on ${server}, which can do more than was asked of it: ` +
        `about ${(1e6 / serverMicros.median).toFixed(0)} req/s, by its processor time`
    ),
    ...(Number.isNaN(report.others.median)
      ? []
      : [
          `Other programs took ${percent(report.others.median)} of the machine meanwhile, up to ${percent(report.others.max)}`
        ]),
    ...report.goals.map(
      ({ atLeast, found, goal, met }) => `${met ? "met   " : "missed"}  ${goal} ≥ ${atLeast}: ${found.toFixed(2)}`
    )
  ].join("\n")
}
