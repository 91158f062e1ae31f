/** Every call that came in and every token that was ever issued. */
import { Schema } from "effect"

export const Call = Schema.Struct({
  seq: Schema.Int,
  /** By the simulator's clock, in milliseconds since 1970. */
  at: Schema.Finite,
  /** Nanoseconds of a clock nobody sets, at arrival and at the end; null while it is being answered. */
  startedNanos: Schema.Finite,
  endedNanos: Schema.NullOr(Schema.Finite),
  method: Schema.String,
  path: Schema.String,
  query: Schema.String,
  /** What the call is: `account` is the one that gives a credential. */
  route: Schema.String,
  account: Schema.NullOr(Schema.String),
  /** Without those that carry secrets. */
  headers: Schema.Record(Schema.String, Schema.String),
  key: Schema.Literals(["right", "wrong", "absent", "several"]),
  /** The name of the fault that struck, if one did. */
  fault: Schema.NullOr(Schema.String),
  outcome: Schema.Literals(["pending", "answered", "reset", "stalled", "abandoned"]),
  /** The status answered; null when none was. */
  status: Schema.NullOr(Schema.Int)
})
export type Call = typeof Call.Type
export type CallInProgress = { -readonly [K in keyof Call]: Call[K] }

export const IssuedToken = Schema.Struct({
  token: Schema.String,
  account: Schema.String,
  toolkit: Schema.String,
  kind: Schema.Literals(["access", "user", "static"]),
  issuedAt: Schema.Finite,
  /** Its true end; null when it has none. */
  expiresAt: Schema.NullOr(Schema.Finite),
  /** When it ended before its time: revoked, or followed by two others. */
  endedAt: Schema.NullOr(Schema.Finite)
})
export type IssuedToken = { -readonly [K in keyof typeof IssuedToken.Type]: (typeof IssuedToken.Type)[K] }

export const Validity = Schema.Struct({
  known: Schema.Boolean,
  valid: Schema.Boolean,
  accounts: Schema.Array(Schema.String)
})
export type Validity = typeof Validity.Type

export const CallFilter = Schema.Struct({
  /** Calls after this mark. */
  since: Schema.optionalKey(Schema.Int),
  account: Schema.optionalKey(Schema.String),
  route: Schema.optionalKey(Schema.String)
})
export type CallFilter = typeof CallFilter.Type

/** A development server runs for weeks; tests stay far below. */
const keptCalls = 200_000

export interface Ledger {
  readonly record: (call: Omit<Call, "seq">) => CallInProgress
  readonly issue: (token: IssuedToken) => void
  /** It is good for nothing from then on; nothing happens if it was never issued. */
  readonly end: (token: string, at: number) => void
  /** The number of the last call so far. */
  readonly mark: () => number
  readonly calls: (filter?: CallFilter) => ReadonlyArray<Call>
  readonly credentialCalls: (since?: number) => Readonly<Record<string, number>>
  readonly tokens: (account?: string) => ReadonlyArray<IssuedToken>
  readonly validity: (token: string, at: number) => Validity
  /** Forgets the calls. A token once issued is never forgotten: it may still be in use. */
  readonly clear: () => void
}

export const make = (): Ledger => {
  let seq = 0
  let calls: Array<CallInProgress> = []
  const tokens: Array<IssuedToken> = []
  const byValue = new Map<string, Array<IssuedToken>>()

  const matching = ({ account, route, since = 0 }: CallFilter = {}) => {
    const first = calls[0]
    const start = first === undefined ? 0 : Math.max(0, since + 1 - first.seq)
    return calls
      .slice(start)
      .filter(
        (call) => (account === undefined || call.account === account) && (route === undefined || call.route === route)
      )
  }

  return {
    record: (call) => {
      seq += 1
      const recorded = { seq, ...call }
      calls.push(recorded)
      if (calls.length > keptCalls) calls = calls.slice(keptCalls / 2)
      return recorded
    },
    issue: (token) => {
      tokens.push(token)
      const same = byValue.get(token.token)
      if (same === undefined) byValue.set(token.token, [token])
      else same.push(token)
    },
    end: (token, at) => {
      for (const issued of byValue.get(token) ?? []) issued.endedAt = Math.min(issued.endedAt ?? at, at)
    },
    mark: () => seq,
    calls: (filter) => matching(filter).map((call) => ({ ...call })),
    credentialCalls: (since = 0) => {
      const counts: Record<string, number> = {}
      for (const { account } of matching({ since, route: "account" })) {
        if (account !== null) counts[account] = (counts[account] ?? 0) + 1
      }
      return counts
    },
    tokens: (account) =>
      tokens.filter((token) => account === undefined || token.account === account).map((token) => ({ ...token })),
    validity: (token, at) => {
      const same = byValue.get(token) ?? []
      return {
        known: same.length > 0,
        valid: same.some(
          ({ endedAt, expiresAt, issuedAt }) =>
            issuedAt <= at && (expiresAt === null || at < expiresAt) && (endedAt === null || at < endedAt)
        ),
        accounts: [...new Set(same.map(({ account }) => account))]
      }
    },
    clear: () => {
      calls = []
    }
  }
}
