import { assert, it } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import { faultOf, faults, bodies, headers, statuses as httpStatuses } from "@vendodev/simulator/faults"
import { expiries, statuses, tokens } from "@vendodev/simulator/shapes"
import { ofFaults, ofSchemes, ofStatuses, ofTokens, type Table } from "./fixtures/expected.ts"
import { inTime, overSocket, type Scene } from "./fixtures/simulated.ts"

/** Seconds it is good for and may be kept for; null for an end that is not known. */
const ofExpiries: Record<keyof typeof expiries, "faulty" | readonly [number | null, number]> = {
  "expires_in as a number": [3600, 3000],
  "expires_in as text": [3600, 3000],
  "expires_in null": [null, 3000],
  "expires_in absent": [null, 3000],
  "expires_in 0": [null, 3000],
  "expires_in negative": [null, 3000],
  "expires_in a fraction": [3599.5, 3000],
  "expires_in of ten years": [315_576_000, 3000],
  "expires_in huge": [null, 3000],
  "expires_in a date": [null, 3000],
  "expires_in not a number": [null, 3000],
  "expires_in an object": [null, 3000],
  "59 seconds": [59, 2],
  "60 seconds": [60, 2],
  "61 seconds": [61, 1],
  expires_at: [3600, 3540],
  "expires_at only": [3600, 3540],
  "expires_at with an offset": [3600, 3540],
  "expires_at without a zone": [3600, 3540],
  "expires_at in a local style": [3600, 3000],
  "expires_at in seconds": [3600, 3540],
  "expires_at in milliseconds": [3600, 3540],
  "expires_at past": "faulty",
  "expires_at in ten years": [3600, 3000],
  "expires_at garbage": [3600, 3000],
  "expires_at nearer than expires_in": [3600, 3540],
  "expires_in nearer than expires_at": [3600, 3000],
  "a JWT that ends before expires_in": [600, 540],
  "updated_at that does not move": [3600, 3000],
  "updated_at missing": [3600, 3000],
  "updated_at garbage": [3600, 3000],
  "updated_at in the future": [3600, 3000]
}

const takeTheirTime: ReadonlyArray<keyof typeof faults> = [
  "limited for 3 seconds",
  "limited, not for how long",
  "slow by 3 seconds",
  "slow by 30 seconds",
  "never answered",
  "headers, then nothing",
  "a byte a second"
]

const isNameIn =
  <Name extends string>(table: Record<Name, unknown>) =>
  (name: string): name is Name =>
    name in table

const names = <Name extends string>(table: Record<Name, unknown>) => Object.keys(table).filter(isNameIn(table))

const check = <Name extends string, E, R>(
  table: Table<Name>,
  sceneOf: (name: Name) => Scene,
  ask: (scene: Scene) => Effect.Effect<{ readonly outcome: string; readonly calls: number }, E, R>,
  which: ReadonlyArray<Name> = names(table)
) =>
  Effect.forEach(
    which,
    (name) =>
      Effect.map(ask(sceneOf(name)), ({ calls, outcome }) => {
        const expected = table[name]
        assert.deepStrictEqual([outcome, calls], typeof expected === "string" ? [expected, 1] : [...expected], name)
      }),
    { concurrency: 4, discard: true }
  )

const ofFault = (name: keyof typeof faults): Scene => ({ fault: faults[name] })

it.live("over a socket, each trouble has its verdict", () =>
  check(
    ofFaults,
    ofFault,
    overSocket,
    names(ofFaults).filter((name) => !takeTheirTime.includes(name))
  )
)

it.effect("in ten seconds, troubles that take their time have their verdict too", () =>
  Effect.forEach(takeTheirTime, (name) => check(ofFaults, ofFault, inTime, [name]), { discard: true })
)

it.live("over a socket, each status, token and scheme of an account has its verdict", () =>
  Effect.gen(function* () {
    yield* check(ofStatuses, (name) => ({ account: statuses[name] }), overSocket)
    yield* check(ofTokens, (name) => ({ account: tokens[name] }), overSocket)
    yield* check(ofSchemes, (authScheme) => ({ account: { authScheme } }), overSocket)
  })
)

it.effect("each way to speak of an end is understood, or passed over", () =>
  Effect.forEach(
    names(ofExpiries),
    (name) =>
      Effect.map(inTime({ account: expiries[name] }), ({ found, outcome }) => {
        if (found === undefined) return assert.strictEqual<string>(outcome, String(ofExpiries[name]), name)
        const valid = Option.getOrNull(Option.map(found.validFor, Duration.toSeconds))
        assert.deepEqual<unknown>([valid, Duration.toSeconds(found.freshFor)], ofExpiries[name], name)
      }),
    { discard: true }
  )
)

it.live("of any status with any body and any header, only an account that is there gives a token", () =>
  Effect.gen(function* () {
    const shown: Record<number, string> = { 401: "ours", 403: "ours", 410: "ours", 429: "busy", 501: "unservable" }
    const cases = httpStatuses
      .filter((status) => status % 29 === 0 || status === 200 || status === 404 || status in shown)
      .flatMap((status) => bodies.map((body) => ({ status, body })))
    const trouble = names(headers)
    yield* Effect.forEach(
      cases,
      ({ body, status }, index) => {
        const fault = faultOf(status, body, trouble[index % trouble.length])
        const final = { ...fault, headers: [...(fault.headers ?? []), ["x-should-retry", "false"] as const] }
        return Effect.map(overSocket({ fault: final }), ({ outcome }) => {
          const readable = body === "valid" || body === "bom"
          if (status === 200 && readable) assert.include(["token", "faulty"], outcome, fault.name)
          else if (status === 404) assert.strictEqual(outcome, body === "error" ? "dead" : outcome, fault.name)
          else assert.include(["faulty", shown[status]], outcome, fault.name)
          if (status !== 404) assert.notStrictEqual(outcome, "dead", fault.name)
        })
      },
      { concurrency: 4, discard: true }
    )
  })
)
