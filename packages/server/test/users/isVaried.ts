/** Whether a random run has seen what it is there to see: nothing is proven by what never happened. */
import { assert } from "@effect/vitest"

/** What must have come, and at least how often in a short run. */
const expected: ReadonlyArray<readonly [what: RegExp, times: number]> = [
  [/ as own: token$/, 60],
  [/ as external: token$/, 100],
  [/ as nobody: token$/, 50],
  ...["slug", "variable", "many", "report"].map(
    (way) => [new RegExp(`^${way} as (?:own|external): token$`), 3] as const
  ),
  [/^a token is used up$/, 3],
  [/: of another tenant$/, 5],
  [/: of another app$/, 5],
  [/: of a removed user$/, 5],
  [/: forged$/, 20],
  [/ as (?:own|external): binding_missing$/, 50],
  [/ as (?:own|external): connection_revoked$/, 3],
  [/ as (?:own|external): connection_needs_reauth$/, 1],
  [/: app_revoked$/, 3],
  [/: app_unknown$/, 3],
  [/: provider_unknown$/, 3],
  [/^mintUserToken: token$/, 20],
  [/^mintUserToken: forbidden$/, 1],
  [/^removeUser: done$/, 3],
  [/^reconnect: done$/, 1],
  [/^unbind: done$/, 3]
]

type Outcomes = ReadonlyMap<string, number>

/** What of it has not come often enough yet. */
export const missing = (outcomes: Outcomes) =>
  expected.filter(([what, times]) => {
    const seen = [...outcomes].filter(([name]) => what.test(name))
    return seen.reduce((sum, [, count]) => sum + count, 0) < times
  })

export const isVaried = (outcomes: Outcomes) =>
  assert.deepStrictEqual(missing(outcomes).map(String), [], JSON.stringify(Object.fromEntries(outcomes)))
