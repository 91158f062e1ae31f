/** Rounds of turns: each server in each round, in an order that rotates, so that no drift favours one. */
import { Effect } from "effect"
import type { Server } from "./children.ts"
import * as Cpu from "./cpu.ts"
import type { Generate } from "./load.ts"

export interface Turn {
  readonly server: string
  readonly round: number
  readonly requestsPerSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** By how much the generator of a constant rate missed its own times. */
  readonly late: number | undefined
  readonly failures: number
  /** Processor time per request in microseconds, where it is known. */
  readonly serverMicros: number | undefined
  readonly postgresMicros: number | undefined
  readonly generatorShare: number
  readonly othersShare: number | undefined
}

export interface Setting {
  readonly generate: Generate
  readonly connections: number
  readonly postgres: number
}

/** What is asked for, by whom in turn, and for how long at a time. */
export interface Asked {
  readonly path: string
  readonly keys: ReadonlyArray<string>
  readonly seconds: number
}

const micros = (seconds: number | undefined, requests: number) =>
  seconds === undefined ? undefined : (seconds / requests) * 1e6

const turn = Effect.fn("turns.turn")(function* (
  { connections, generate, postgres }: Setting,
  { name, pid, url }: Server,
  options: Asked & { readonly round: number }
) {
  const before = Cpu.take(pid, postgres)
  const { keys, path } = options
  const load = yield* generate({ url: url + path, connections, keys, seconds: options.seconds })
  const spent = Cpu.since(before, Cpu.take(pid, postgres), load.generator.seconds)
  const { failures, generator, late, p50, p99, requests, seconds, total } = load
  const result: Turn = {
    server: name,
    round: options.round,
    requestsPerSecond: requests / seconds,
    p50,
    p99,
    late,
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
  options: Asked & { readonly label: string; readonly rounds: number }
) {
  const all: Array<Turn> = []
  for (let round = 0; round < options.rounds; round++) {
    const first = round % servers.length
    const order = [...servers.slice(first), ...servers.slice(0, first)]
    const turns = yield* Effect.forEach(order, (server) => turn(setting, server, { ...options, round }))
    all.push(...turns)
    console.error(line(`${options.label} ${round + 1}/${options.rounds}`, turns))
  }
  return all
})
