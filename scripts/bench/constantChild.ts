/**
 * The load generator of a constant rate, given in requests per second: each
 * request leaves when its time has come, whether those before it were answered
 * or not, and its answer is timed from when it should have left. So a server
 * that stops for a moment is charged with all who would have come meanwhile.
 *
 * Reads one `Task` from standard input, prints one `Load`.
 */
import { Agent, get } from "node:http"
import { text } from "node:stream/consumers"
import { Worker } from "node:worker_threads"
import { histogram } from "./histogram.ts"
import type { Load, Task } from "./load.ts"
import { type Beat, now } from "./metronome.ts"

const { keys, seconds, url }: Task = JSON.parse(await text(process.stdin))
const rate = Number(process.argv[2])

/** In which connections are made; does not count. */
const leadIn = Math.ceil(rate / 2)
const requests = Math.round(rate * seconds)
const all = leadIn + requests
const patience = 10_000

// Made as they are needed, and so many only for a server that has stopped.
const agent = new Agent({ keepAlive: true, maxSockets: 256, scheduling: "lifo" })
const times = histogram()
const late = histogram()

let sent = 0
let over = 0
let failures = 0
let before = process.cpuUsage()
let from = now()
let share = 0

const finish = () => {
  const spent = process.cpuUsage()
  const load: Load = {
    requests,
    seconds,
    total: all,
    p50: times.percentile(0.5),
    p99: times.percentile(0.99),
    late: late.percentile(0.99),
    failures,
    generator: { seconds: (spent.user + spent.system) / 1e6, share }
  }
  process.stdout.write(JSON.stringify(load))
  agent.destroy()
}

const settle = (due: number, counts: boolean, isSuccess: boolean) => {
  if (!isSuccess) failures++
  if (counts) times.add(now() - due)
  if (++over === all) finish()
}

const send = (due: number, key: string, counts: boolean) => {
  let settled = false
  const once = (isSuccess: boolean) => {
    if (!settled) settle(due, counts, isSuccess)
    settled = true
  }
  const request = get(url, { agent, headers: { authorization: `Bearer ${key}` }, timeout: patience }, (response) => {
    response.resume()
    response.once("end", () => once(response.statusCode === 200))
    response.once("error", () => once(false))
  })
  request.once("timeout", () => request.destroy(new Error("no answer in time")))
  request.once("error", () => once(false))
}

const beat: Beat = { interval: 1000 / rate, times: all }
const metronome = new Worker(new URL("metronome.ts", import.meta.url), { workerData: beat })

metronome.on("message", (due: number) => {
  const counts = sent >= leadIn
  if (sent === leadIn) {
    before = process.cpuUsage()
    from = now()
  }
  if (counts) late.add(now() - due)
  send(due, keys[sent++ % keys.length] ?? "", counts)
  if (sent < all) return
  const { system, user } = process.cpuUsage(before)
  share = (user + system) / 1e3 / (now() - from)
})
