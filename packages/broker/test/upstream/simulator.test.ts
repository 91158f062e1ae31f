import { assert, it } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import { faultOf, faults, bodies, headers, statuses as httpStatuses } from "@vendodev/simulator/faults"
import { expiries, schemes, statuses, tokens } from "@vendodev/simulator/shapes"
import { inTime, overSocket, type Scene } from "./fixtures/simulated.ts"

/** What comes of it, and how often it was asked; once, when that is not said. */
type Expected = string | readonly [outcome: string, calls: number]

/** Exhaustive by type: what is new in the simulator does not compile until it is decided what it means. */
type Table<Names extends PropertyKey> = Record<Names, Expected>

const faulty3 = ["faulty", 3] as const

const ofFaults: Table<keyof typeof faults> = {
  "bad key": "ours",
  forbidden: "ours",
  "not found": "dead",
  "not found, without a body": "faulty",
  "not found, as a page": "faulty",
  "request timeout": faulty3,
  conflict: faulty3,
  gone: "ours",
  "limited for 3 seconds": ["busy", 3],
  "limited for 600 seconds": "busy",
  "limited for 1e9 seconds": "busy",
  "limited, not for how long": ["busy", 3],
  "internal error": faulty3,
  "not implemented": "unservable",
  "bad gateway, as a page": faulty3,
  unavailable: faulty3,
  "gateway timeout": faulty3,
  "link retired": "token",
  truncated: faulty3,
  "an array": faulty3,
  "an envelope": faulty3,
  "a page with status 200": faulty3,
  "no body": faulty3,
  "no content": faulty3,
  "other JSON": faulty3,
  "JSON text": faulty3,
  "JSON null": faulty3,
  "300 kB": faulty3,
  "gzip bomb": faulty3,
  NUL: faulty3,
  "invalid UTF-8": faulty3,
  "byte order mark": "token",
  "an interim answer only": faulty3,
  "slow by 3 seconds": "token",
  "slow by 30 seconds": ["faulty", 2],
  "never answered": ["faulty", 2],
  "headers, then nothing": ["faulty", 2],
  "a byte a second": ["faulty", 2],
  "reset before headers": faulty3,
  "reset after headers": faulty3
}

const ofTokens: Table<keyof typeof tokens> = {
  opaque: "token",
  jwt: "token",
  masked: "unservable",
  redacted: "unservable",
  "masked by Google's prefix": "unservable",
  "masked, for the client is Composio's": "unservable",
  missing: "faulty",
  "without a val": "faulty",
  "without a state": "faulty",
  null: "faulty",
  "a number": "faulty",
  "an object": "faulty",
  empty: "faulty",
  blank: "faulty",
  stars: "unservable",
  "the word undefined": "faulty",
  "the word null": "faulty",
  "an object in words": "faulty",
  "seven characters": "unservable",
  "eleven characters": "unservable",
  "16 kB": "simulated-".padEnd(16 * 1024, "x"),
  "16 kB and one": "faulty",
  "with a newline": "faulty",
  "with a carriage return": "faulty",
  "with a NUL": "faulty",
  "with a space": "faulty",
  "not ASCII": "faulty",
  "as it was before, with a new expiry": "token"
}

const ofStatuses: Table<keyof typeof statuses> = {
  ACTIVE: "token",
  INITIALIZING: "unfinished",
  INITIATED: "unfinished",
  EXPIRED: "dead",
  "EXPIRED: consent not finished": "dead",
  "EXPIRED: too many failures": "dead",
  FAILED: "dead",
  INACTIVE: "dead",
  "INACTIVE: auth config disabled": "dead",
  REVOKED: "dead",
  "REVOKED by an administrator": "dead",
  "REVOKED as part of a delete": "dead",
  unknown: "faulty",
  PENDING: "faulty",
  "lower case": "faulty",
  "mixed case": "faulty",
  missing: "faulty",
  null: "faulty",
  "a number": "faulty",
  "val missing its status": "token",
  "val worse than the account": "dead",
  "val better than the account": "dead",
  is_disabled: "dead",
  "auth_config.is_disabled": "unservable",
  "of another id": "faulty",
  "of another toolkit": "token",
  "Slack's two tokens": "token",
  "dead but ACTIVE": "token"
}

const ofSchemes: Table<(typeof schemes)[number]> = {
  OAUTH2: "token",
  DCR_OAUTH: "token",
  S2S_OAUTH2: "token",
  OAUTH1: "unservable",
  BEARER_TOKEN: "token",
  API_KEY: "token",
  BASIC: "unservable",
  BASIC_WITH_JWT: "unservable",
  GOOGLE_SERVICE_ACCOUNT: "unservable",
  SERVICE_ACCOUNT: "unservable",
  BILLCOM_AUTH: "unservable",
  NO_AUTH: "unservable",
  CALCOM_AUTH: "unservable",
  SAML: "unservable"
}

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
