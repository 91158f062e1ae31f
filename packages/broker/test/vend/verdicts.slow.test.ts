import { assert, layer } from "@effect/vitest"
import { Duration, Effect } from "effect"
import type { AccountPatch } from "@vendodev/simulator/Account"
import type { Fault } from "@vendodev/simulator/Fault"
import { faults } from "@vendodev/simulator/faults"
import { schemes, statuses, tokens } from "@vendodev/simulator/shapes"
import { type Expected, ofFaults, ofSchemes, ofStatuses, ofTokens } from "../upstream/fixtures/expected.ts"
import { connected, recorded, rowOf } from "./fixtures/asking.ts"
import { Upstream, world } from "./fixtures/upstream.ts"
import { pass, withoutWaits } from "./fixtures/virtualTime.ts"

interface Outcome {
  readonly code: string
  readonly status: string
}

/** What the caller is told, and what becomes of the connection. */
const outcomes: Readonly<Record<string, Outcome>> = {
  dead: { code: "connection_needs_reauth", status: "needs_reauth" },
  unfinished: { code: "connection_needs_reauth", status: "active" },
  unservable: { code: "profile_unsupported", status: "active" },
  busy: { code: "upstream_error", status: "active" },
  faulty: { code: "upstream_error", status: "active" },
  ours: { code: "upstream_error", status: "active" }
}
const token: Outcome = { code: "a token", status: "active" }

/** Those that are waited for, or that ask to be: there is no time to pass here. */
const slow = /slow by|never answered|then nothing|a byte a second|limited for 3|limited, not/

interface Case {
  readonly name: string
  readonly expected: Expected
  readonly account?: AccountPatch
  readonly fault?: Fault
}

const ofAccounts = (
  kind: string,
  shapes: Readonly<Record<string, AccountPatch>>,
  table: Readonly<Record<string, Expected>>
): ReadonlyArray<Case> =>
  Object.entries(shapes).map(([name, account]) => ({
    name: `${kind}: ${name}`,
    expected: table[name] ?? assert.fail(name),
    account
  }))

const cases: ReadonlyArray<Case> = [
  ...Object.entries(faults).map(([name, fault]) => ({
    name: `fault: ${name}`,
    expected: Object.entries(ofFaults).find(([named]) => named === name)?.[1] ?? assert.fail(name),
    fault
  })),
  ...ofAccounts("token", tokens, ofTokens),
  ...ofAccounts("status", statuses, ofStatuses),
  ...schemes.map((authScheme) => ({
    name: `scheme: ${authScheme}`,
    expected: ofSchemes[authScheme],
    account: { authScheme }
  }))
].filter(({ name }) => !slow.test(name))

layer(world, { timeout: 120_000 })("What the upstream says", (it) => {
  it.effect(
    "becomes one code, and one state of the connection, row by row",
    () =>
      Effect.gen(function* () {
        const { simulator } = yield* Upstream
        const healthy = yield* connected({ lifetime: 10, margin: 0 })
        let flips = 0
        for (const { account, expected, fault, name } of cases) {
          // Successes enough that no row is answered by the breaker, and time enough that no fuse blows.
          for (let well = 0; well < 3; well++) {
            yield* pass(Duration.minutes(1))
            assert.property(yield* withoutWaits(healthy.ask), "token", `before ${name}`)
          }
          const made = yield* connected(account)
          if (fault !== undefined) yield* simulator.addFaults({ ...fault, account: made.account })
          const got = yield* withoutWaits(made.ask)
          yield* simulator.clearFaults
          const verdict = typeof expected === "string" ? expected : expected[0]
          const outcome = outcomes[verdict] ?? token
          const { status } = yield* rowOf(made.connection.id)
          assert.deepStrictEqual({ code: "code" in got ? got.code : "a token", status }, outcome, name)
          const flipped = (yield* recorded(made.connection.id)).filter(
            ({ action }) => action === "connection.needs_reauth"
          )
          assert.strictEqual(flipped.length, verdict === "dead" ? 1 : 0, name)
          flips += flipped.length
        }
        assert.isAtLeast(flips, 10)
      }),
    180_000
  )
})
