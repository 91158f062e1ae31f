/** What becomes of a call, whichever upstream is simulated: it is recorded, takes its time, and may be struck. */
import { Clock, Effect, Option } from "effect"
import * as Answer from "./Answer.ts"
import { type Fault, type Faulty, needsTruth, strike, takeFault } from "./Fault.ts"
import type { Call, Ledger } from "./Ledger.ts"

/** What tests and development ask, over a socket or beside it. */
export interface Simulator {
  /** Answers any call. Waits as long as the latency says, or for ever. */
  readonly answer: (request: Answer.Request) => Effect.Effect<Answer.Answer>
}

/** Whatever comes over a socket, garbage included. */
export const urlOf = ({ headers, target }: Answer.Request): URL => {
  const origin = `http://${headers["host"] ?? ""}`
  const base = URL.canParse(origin) ? origin : "http://localhost"
  return new URL(URL.canParse(target, base) ? target : "/", base)
}

const decode = Option.liftThrowable(decodeURIComponent)
export const decoded = (part: string) => Option.getOrElse(decode(part), () => part)

const secretHeaders = new Set([
  "authorization",
  "cookie",
  "proxy-authorization",
  "x-api-key",
  "x-user-api-key",
  "x-org-api-key",
  "x-goog-api-key",
  "xi-api-key"
])

const outcomes: Readonly<Record<Answer.Delivery, Call["outcome"]>> = {
  plain: "answered",
  dribble: "answered",
  stall: "stalled",
  "reset-before-headers": "reset",
  "reset-after-headers": "reset"
}

/** A call as the ledger knows it, and how it is answered. */
export interface Asked {
  readonly path: string
  readonly query: string
  readonly route: string
  readonly account: string | null
  readonly key: Call["key"]
  readonly latencyMs: number
  readonly common: (now: number) => Answer.Headers
  /** At the moment it is sent, not at the one it was asked for. */
  readonly truth: (now: number) => Effect.Effect<Answer.Answer>
}

const struck = Effect.fnUntraced(function* (fault: Fault | undefined, { common, truth }: Asked) {
  const now = yield* Clock.currentTimeMillis
  if (fault === undefined) return Answer.withHeaders(yield* truth(now), common(now))
  return yield* strike(fault, needsTruth(fault) ? yield* truth(now) : undefined, common(now), now)
})

export const answering = Effect.fnUntraced(function* (
  world: Faulty & { readonly ledger: Ledger },
  { headers, method }: Answer.Request,
  asked: Asked
) {
  const { account, key, latencyMs, path, query, route } = asked
  const call = world.ledger.record({
    at: yield* Clock.currentTimeMillis,
    startedNanos: Number(yield* Clock.monotonicTimeNanos),
    endedNanos: null,
    method,
    path,
    query,
    route,
    account,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !secretHeaders.has(name))),
    key,
    fault: null,
    outcome: "pending",
    status: null
  })
  const fault = takeFault(world, route, account)
  call.fault = fault === undefined ? null : (fault.name ?? "unnamed")

  const finish = Effect.fnUntraced(function* (outcome: Call["outcome"]) {
    call.outcome = outcome
    call.endedNanos = Number(yield* Clock.monotonicTimeNanos)
  })
  const work = Effect.gen(function* () {
    const latency = latencyMs + (fault?.latencyMs ?? 0)
    if (latency > 0) yield* Effect.sleep(latency)
    if (fault?.delivery === "never") return yield* Effect.never
    const answer = yield* struck(fault, asked)
    call.status = answer.delivery === "reset-before-headers" ? null : answer.status
    yield* finish(outcomes[answer.delivery])
    return answer
  })
  return yield* Effect.onInterrupt(work, () => finish("abandoned"))
})
