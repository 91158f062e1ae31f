/** One turn of load against one server: keep-alive, the keys in turn; as much as it can take, or at a constant rate. */
import { Effect } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { BenchFailed } from "./BenchFailed.ts"
import { cores, run } from "./children.ts"
import * as Cpu from "./cpu.ts"

export interface Task {
  readonly url: string
  readonly keys: ReadonlyArray<string>
  readonly connections: number
  readonly seconds: number
}

export interface Load {
  /** Answers inside the measured seconds. */
  readonly requests: number
  readonly seconds: number
  /** Answers overall, lead-in included. */
  readonly total: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** By how much the generator missed its own times, at the 99th percentile. Only where it has any. */
  readonly late?: number
  /** Answers that were no success, broken connections, timeouts. */
  readonly failures: number
  /** What the load generator itself used; above nine tenths of its core it is what was measured. */
  readonly generator: { readonly seconds: number; readonly share: number }
}

export const saturated = 0.9

export type Generate = (task: Task) => Effect.Effect<Load, BenchFailed>

const child =
  (file: string, args: ReadonlyArray<string> = []): Generate =>
  (task) =>
    run(
      {
        program: process.execPath,
        args: [join(import.meta.dirname, file), ...args],
        env: {},
        core: cores.generator
      },
      JSON.stringify(task)
    ).pipe(
      Effect.map((output) => {
        const load: Load = JSON.parse(output)
        return load
      })
    )

/** Closed loop: each connection asks again as soon as it is answered. */
export const autocannon = child("autocannonChild.ts")

/** Open loop: so many requests a second, whatever becomes of those before. */
export const constant = (rate: number) => child("constantChild.ts", [String(rate)])

const script = `
local requests, n = {}, 0
function init()
  for key in io.lines(os.getenv("BENCH_KEYS")) do
    requests[#requests + 1] = wrk.format("GET", nil, { Authorization = "Bearer " .. key })
  end
end
function request()
  n = n % #requests + 1
  return requests[n]
end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format('\\n{"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"failures":%d}\\n', summary.requests,
    summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    e.connect + e.read + e.write + e.status + e.timeout))
end
`

/** A closed loop with wrk, which uses far less of its core. `directory` is for its script and keys. */
export const wrk =
  (directory: string): Generate =>
  ({ connections, keys, seconds, url }) =>
    Effect.suspend(() => {
      const files = { keys: join(directory, "keys.txt"), script: join(directory, "rotate.lua") }
      writeFileSync(files.keys, `${keys.join("\n")}\n`, { mode: 0o600 })
      writeFileSync(files.script, script)
      let used = 0
      let timer: NodeJS.Timeout | undefined
      // Its own account of it ends with the process, so the last look is what we have.
      const watch = (pid: number) => {
        timer = setInterval(() => (used = Cpu.ofProcess(pid) ?? used), 50)
      }
      const args = ["-t1", `-c${connections}`, `-d${seconds}s`, "-s", files.script, url]
      return run({ program: "wrk", args, env: { BENCH_KEYS: files.keys }, core: cores.generator }, "", watch).pipe(
        Effect.ensuring(Effect.sync(() => clearInterval(timer))),
        Effect.map((output) => {
          const found: Omit<Load, "generator" | "total"> = JSON.parse(output.slice(output.lastIndexOf("\n{")))
          return { ...found, total: found.requests, generator: { seconds: used, share: used / found.seconds } }
        })
      )
    })
