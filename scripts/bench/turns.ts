/** Rounds of turns: each server in each round, in an order that rotates, so that no drift favours one. */
import { Effect } from "effect"
import type { BenchFailed } from "./BenchFailed.ts"
import type { Server } from "./children.ts"
import { path } from "./contestants.ts"
import * as Cpu from "./cpu.ts"
import type { Load, Task } from "./load.ts"

export interface Turn {
  readonly server: string
  readonly round: number
  readonly requestsPerSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly failures: number
  /** Processor time per request in microseconds, where it is known. */
  readonly serverMicros: number | undefined
  readonly postgresMicros: number | undefined
  readonly generatorShare: number
  readonly othersShare: number | undefined
}

export interface Setting {
  readonly generate: (task: Task) => Effect.Effect<Load, BenchFailed>
  readonly connections: number
  readonly postgres: number
}

const micros = (seconds: number | undefined, requests: number) =>
  seconds === undefined ? undefined : (seconds / requests) * 1e6

const turn = Effect.fn("turns.turn")(function* (
  { connections, generate, postgres }: Setting,
  { name, pid, url }: Server,
  options: { readonly keys: ReadonlyArray<string>; readonly seconds: number; readonly round: number }
) {
  const before = Cpu.take(pid, postgres)
  const load = yield* generate({ url: url + path, connections, keys: options.keys, seconds: options.seconds })
  const spent = Cpu.since(before, Cpu.take(pid, postgres), load.generator.seconds)
  const { failures, generator, p50, p99, requests, seconds, total } = load
  const result: Turn = {
    server: name,
    round: options.round,
    requestsPerSecond: requests / seconds,
    p50,
    p99,
    failures,
    serverMicros: micros(spent.server, total),
    postgresMicros: micros(spent.postgres, total),
    generatorShare: generator.share,
    othersShare: spent.others
  }
  return result
})

const line = (round: string, turns: ReadonlyArray<Turn>) => {
  const rates = turns.map(
    ({ p99, requestsPerSecond, server }) => `${server} ${Math.round(requestsPerSecond)}/s p99 ${p99.toFixed(2)} ms`
  )
  const others = turns.reduce((most, { othersShare }) => Math.max(most, othersShare ?? 0), 0)
  return `${round.padEnd(24)} ${rates.join(" · ")} · others up to ${Math.round(others * 100)} %`
}

/** `label` is what a round is called on the way. */
export const rounds = Effect.fn("turns.rounds")(function* (
  setting: Setting,
  servers: ReadonlyArray<Server>,
  options: {
    readonly label: string
    readonly keys: ReadonlyArray<string>
    readonly rounds: number
    readonly seconds: number
  }
) {
  const all: Array<Turn> = []
  for (let round = 0; round < options.rounds; round++) {
    const first = round % servers.length
    const order = [...servers.slice(first), ...servers.slice(0, first)]
    const turns = yield* Effect.forEach(order, (server) =>
      turn(setting, server, { keys: options.keys, seconds: options.seconds, round })
    )
    all.push(...turns)
    console.error(line(`${options.label} ${round + 1}/${options.rounds}`, turns))
  }
  return all
})
