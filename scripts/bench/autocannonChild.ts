/**
 * The load generator: autocannon in a process of its own. Reads one `Task` from
 * standard input, prints one `Load`.
 *
 * Times are ours, in steps of 10 µs, for autocannon rounds to milliseconds. The
 * first moments, in which connections are made, do not count.
 */
import { createRequire } from "node:module"
import { text } from "node:stream/consumers"
import type { Load, Task } from "./load.ts"

interface Client {
  readonly setRequests: (requests: ReadonlyArray<{ readonly headers: Readonly<Record<string, string>> }>) => void
}

interface Outcome {
  readonly errors: number
  readonly timeouts: number
}

interface Run {
  readonly on: (
    event: "response",
    listener: (client: Client, status: number, bytes: number, milliseconds: number) => void
  ) => void
  readonly stop: () => void
}

type Autocannon = (
  options: {
    readonly url: string
    readonly connections: number
    readonly duration: number
    readonly sampleInt: number
    readonly setupClient: (client: Client) => void
  },
  done: (error: Error | null, outcome: Outcome) => void
) => Run

const autocannon: Autocannon = createRequire(import.meta.url)("autocannon")

const { connections, keys, seconds, url }: Task = JSON.parse(await text(process.stdin))

const leadIn = 300
const step = 0.01
const histogram = new Uint32Array(1_000_000)

const percentile = (counted: number, share: number): number => {
  let left = Math.ceil(counted * share)
  const index = histogram.findIndex((count) => (left -= count) <= 0)
  return (index + 1) * step
}

let client = 0
let total = 0
let requests = 0
let refused = 0
let from = Number.POSITIVE_INFINITY
let until = Number.POSITIVE_INFINITY
let before = process.cpuUsage()
let share = 0

const running = autocannon(
  {
    url,
    connections,
    duration: seconds + 60,
    sampleInt: 100,
    setupClient: (one) => {
      // Each connection begins elsewhere; or all would ask for the same tenant at the same time.
      const offset = Math.floor((client++ * keys.length) / connections)
      const order = [...keys.slice(offset), ...keys.slice(0, offset)]
      one.setRequests(order.map((key) => ({ headers: { authorization: `Bearer ${key}` } })))
    }
  },
  (error, { errors, timeouts }) => {
    if (error !== null) throw error
    const spent = process.cpuUsage()
    const load: Load = {
      requests,
      seconds,
      total,
      p50: percentile(requests, 0.5),
      p99: percentile(requests, 0.99),
      failures: refused + errors + timeouts,
      generator: { seconds: (spent.user + spent.system) / 1e6, share }
    }
    process.stdout.write(JSON.stringify(load))
  }
)

running.on("response", (_client, status, _bytes, milliseconds) => {
  const now = performance.now()
  total++
  if (status < 200 || status > 299) refused++
  if (now < from || now > until) return
  requests++
  const bucket = Math.min(histogram.length - 1, Math.floor(milliseconds / step))
  histogram[bucket] = (histogram[bucket] ?? 0) + 1
})

setTimeout(() => {
  before = process.cpuUsage()
  from = performance.now()
  until = from + seconds * 1000
  setTimeout(() => {
    const { system, user } = process.cpuUsage(before)
    share = (user + system) / 1e6 / ((performance.now() - from) / 1000)
    running.stop()
  }, seconds * 1000)
}, leadIn)
