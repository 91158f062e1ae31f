import { assert, layer } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { Fuses } from "@vendodev/broker/manage/Fuses"
import { IntegrationSlug } from "@vendodev/domain/Ids"
import { AdminAccess } from "@vendodev/testing/Fixture"
import { askWith, type Got, recorded } from "./fixtures/asking.ts"
import { crowd, type Member, statusesOf } from "./fixtures/crowd.ts"
import { Upstream, world } from "./fixtures/upstream.ts"
import { pass } from "./fixtures/virtualTime.ts"

const google = IntegrationSlug.make("google")

const counted = (all: ReadonlyArray<Got>) => {
  const counts: Record<string, number> = {}
  for (const got of all) {
    const what = "code" in got ? got.code : "token"
    counts[what] = (counts[what] ?? 0) + 1
  }
  return counts
}

/** Composio's own definite word, for all of them. */
const expire = (members: ReadonlyArray<Member>) =>
  Effect.flatMap(Upstream, ({ simulator }) =>
    Effect.forEach(members, ({ account }) => simulator.patchAccount(account, { status: "EXPIRED" }), { discard: true })
  )

const askAll = (members: ReadonlyArray<Member>, slug = "google") =>
  Effect.forEach(members, ({ key }) => askWith(key, slug), { concurrency: "unbounded" })

layer(world, { timeout: 120_000 })("When 300 accounts are refused at once,", (it) => {
  it.effect("twenty are said to need their users and a fuse holds back all others, until it is released", () =>
    Effect.gen(function* () {
      const members = yield* crowd(300, "google")
      const bystanders = yield* crowd(5, "gmail")
      yield* expire(members)
      assert.deepStrictEqual(counted(yield* askAll(members)), { connection_needs_reauth: 20, upstream_error: 280 })
      assert.deepStrictEqual(yield* statusesOf("google"), { needs_reauth: 20, error: 280 })

      // Nor does it let anyone through later by itself.
      yield* pass(Duration.minutes(10))
      assert.deepStrictEqual(counted(yield* askAll(members)), { connection_needs_reauth: 20, upstream_error: 280 })
      assert.deepStrictEqual(yield* statusesOf("google"), { needs_reauth: 20, error: 280 })

      // Another integration has a fuse of its own.
      yield* expire(bystanders)
      assert.deepStrictEqual(counted(yield* askAll(bystanders, "gmail")), { connection_needs_reauth: 5 })

      const fuses = yield* Fuses
      const token = yield* AdminAccess
      const [blown, ...others] = yield* fuses.list(token)
      assert.deepStrictEqual([blown?.slug, blown?.held, others.length], [google, 280, 0])
      yield* fuses.release(token, google)
      yield* pass(Duration.minutes(2))
      assert.deepStrictEqual(counted(yield* askAll(members)), { connection_needs_reauth: 300 })
      assert.deepStrictEqual(yield* statusesOf("google"), { needs_reauth: 300 })
    })
  )
})

layer(world, { timeout: 120_000 })("Of 1,000 accounts,", (it) => {
  it.effect("one in twenty may need its user within five minutes, each with its reason in the audit log", () =>
    Effect.gen(function* () {
      const members = yield* crowd(1000, "google")
      const some = members.slice(0, 60)
      yield* expire(some)
      assert.deepStrictEqual(counted(yield* askAll(some)), { connection_needs_reauth: 50, upstream_error: 10 })
      assert.deepStrictEqual(yield* statusesOf("google"), { active: 940, needs_reauth: 50, error: 10 })
      const records = (yield* Effect.forEach(some, ({ connection }) => recorded(connection))).flat()
      const flips = records.filter(({ action }) => action === "connection.needs_reauth")
      assert.strictEqual(flips.length, 50)
      for (const { reason } of flips) assert.match(reason ?? "", /expired/i)
    })
  )
})
