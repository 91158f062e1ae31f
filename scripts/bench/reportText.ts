/** What was found, for a person. */
import { cores } from "./children.ts"
import type { Group } from "./groups.ts"
import { saturated } from "./load.ts"
import type { ContestReport, Report, Spread, Summary } from "./report.ts"

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

const heading = ["", "req/s", "min–max", "p50 ms", "p99 ms", "server µs", "postgres µs", "generator", "failures"]

const serverRows = (label: string, found: ReadonlyArray<Summary>) =>
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

const overloadLines = ({ oneTenant, rotating }: ContestReport) =>
  [...rotating, ...oneTenant]
    .filter(({ generatorShare }) => generatorShare > saturated)
    .map(
      ({ generatorShare, server, serverMicros }) =>
        `The load generator used ${percent(generatorShare)} of its core on ${server}, which can do more than was asked of it: ` +
        `about ${(1e6 / serverMicros.median).toFixed(0)} req/s, by its processor time`
    )

const contestText = (report: ContestReport, rate: number): ReadonlyArray<string> => [
  `${report.contest}: GET ${report.path}`,
  "",
  table([
    heading,
    ...serverRows("", report.rotating),
    ...serverRows(", one tenant", report.oneTenant),
    ...serverRows(`, at ${rate}/s`, report.constant)
  ]),
  "",
  table(Object.entries(report.ratios).map(([name, found]) => [name, ratioText(found)])),
  "",
  ...groupLines("", report.groups.rotating),
  ...groupLines(", one tenant", report.groups.oneTenant),
  ...overloadLines(report),
  ...(Number.isNaN(report.late)
    ? []
    : [`The generator of the constant rate missed its own times by up to ${report.late.toFixed(2)} ms (p99)`]),
  ""
]

export const of = ({ contests, goals, machine, others, setup }: Report): string => {
  const pinning = setup.pinned
    ? `servers on core ${cores.server}, load generator on core ${cores.generator}, Postgres on either`
    : "nothing is pinned to a core, for taskset is not here"
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}, Postgres ${machine.postgres}`,
    `${setup.generator}, ${setup.connections} connections, ${setup.rounds} rounds of ${setup.seconds} s; ${pinning}`,
    `${setup.tenants} tenants, of which ${setup.active} ask in turn; by hand: ${setup.byHand}`,
    "",
    ...contests.flatMap((contest) => contestText(contest, setup.rate)),
    ...(Number.isNaN(others.median)
      ? []
      : [`Other programs took ${percent(others.median)} of the machine meanwhile, up to ${percent(others.max)}`]),
    ...goals.map(
      ({ contest, found, goal, isAtLeast, met, ratio }) =>
        `${met ? "met   " : "missed"}  ${contest}, ${ratio} ${isAtLeast ? "≥" : "≤"} ${goal}: ${found.toFixed(2)}`
    )
  ].join("\n")
}
