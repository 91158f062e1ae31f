/**
 * The load generator: autocannon in a process of its own. Reads one `Task` from
 * standard input, prints one `Load`.
 *
 * Times are counted by us, for autocannon rounds to milliseconds. The first
 * moments, in which connections are made, do not count.
 */
import { createRequire } from "node:module"
import { text } from "node:stream/consumers"
import { histogram } from "./histogram.ts"
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
const times = histogram()

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
      p50: times.percentile(0.5),
      p99: times.percentile(0.99),
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
  times.add(milliseconds)
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
