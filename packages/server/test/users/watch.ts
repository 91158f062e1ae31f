/** Asks every node again and again with one user token, and keeps what was answered and when. */
import { assert } from "@effect/vitest"
import { Clock, Effect, Fiber } from "effect"
import { call } from "../fixtures/client.ts"

interface Seen {
  readonly port: number
  readonly askedAt: bigint
  readonly answeredAt: bigint
  readonly answered: string
}

/** What is promised: a key that is retired verifies nothing that much later. */
const grace = 1_000_000_000n

export const ask = (port: number, bearer: string, userToken: string) =>
  Effect.map(
    call(port, {
      method: "GET",
      path: "/credentials/notion",
      bearer,
      headers: { "x-vendo-user-jwt": userToken }
    }),
    ({ code, text }) => code ?? text
  )

const vended = '{"access_token":"the_users_unsaid","expires_at":null,"token_type":"Bearer"}'

export const isVended = (answered: string) => assert.strictEqual(answered, vended)

export const watch = Effect.fnUntraced(function* (ports: ReadonlyArray<number>, bearer: string, userToken: string) {
  const seen: Array<Seen> = []
  const deadline: { at: bigint | undefined } = { at: undefined }
  const watchOne = Effect.fnUntraced(function* (port: number) {
    let askedAt = 0n
    while (deadline.at === undefined || askedAt <= deadline.at) {
      askedAt = yield* Clock.monotonicTimeNanos
      const answered = yield* ask(port, bearer, userToken)
      seen.push({ port, askedAt, answeredAt: yield* Clock.monotonicTimeNanos, answered })
    }
  })
  const fibers = yield* Effect.forEach(ports, (port) => Effect.forkScoped(watchOne(port)))
  /** Until every node was asked once more, `later` from now. */
  const end = Effect.fnUntraced(function* (later: bigint) {
    deadline.at = (yield* Clock.monotonicTimeNanos) + later
    for (const fiber of fibers) yield* Fiber.join(fiber)
  })
  return {
    /** Good all the time, everywhere. */
    wasGood: Effect.gen(function* () {
      yield* end(0n)
      for (const port of ports) assert.isNotEmpty(seen.filter((one) => one.port === port))
      for (const { answered } of seen) isVended(answered)
      return seen.length
    }),
    /** Good until `work` began, and a second after it was done refused everywhere. */
    wasGoodUntil: Effect.fnUntraced(function* <A, E, R>(work: Effect.Effect<A, E, R>) {
      const began = yield* Clock.monotonicTimeNanos
      yield* work
      const done = yield* Clock.monotonicTimeNanos
      yield* end(grace)
      for (const port of ports) {
        const here = seen.filter((one) => one.port === port)
        assert.isNotEmpty(here.filter(({ answeredAt }) => answeredAt < began))
        const refused = here.slice(here.findIndex(({ answered }) => answered !== vended))
        // Never refused early, nor taken again.
        for (const { answered } of refused) assert.strictEqual(answered, "identity_invalid")
        assert.isTrue(refused.every(({ answeredAt }) => answeredAt > began))
        const tooLate = here.filter(({ answered, askedAt }) => askedAt > done + grace && answered === vended)
        assert.deepStrictEqual(tooLate, [])
      }
    })
  }
})
