import { assert, layer } from "@effect/vitest"
import { Duration, Effect, Option, Redacted } from "effect"
import { AppKeys } from "@vendodev/broker/manage/AppKeys"
import { CredentialResolver } from "@vendodev/broker/vend/CredentialResolver"
import { tokenFingerprint } from "@vendodev/broker/vault/tokenFingerprint"
import * as Fixture from "@vendodev/testing/Fixture"
import { callsOf, connected, recorded, rowOf, tokenOf } from "./fixtures/asking.ts"
import { Upstream, world } from "./fixtures/upstream.ts"
import { pass, withoutWaits } from "./fixtures/virtualTime.ts"

/** What a tool is told that says a provider refused `token`. */
const report = (key: Redacted.Redacted, token: string, { slug = "google", status = 401 } = {}) =>
  Effect.flatMap(CredentialResolver, (resolver) =>
    resolver
      .report(
        { key: Option.some(key), slug, userJwt: Option.none(), connection: Option.none() },
        { fingerprint: tokenFingerprint(Redacted.make(token)), status }
      )
      .pipe(Effect.catch(({ _tag }) => Effect.succeed(_tag)))
  )

layer(world, { timeout: 120_000 })("A token that a provider refused", (it) => {
  it.effect("is `replaced` when another one is there by now, without asking the upstream", () =>
    Effect.gen(function* () {
      const { account, ask, key } = yield* connected({ lifetime: 600, margin: 60 })
      const old = tokenOf(yield* ask)
      yield* pass(Duration.seconds(590))
      assert.notStrictEqual(tokenOf(yield* ask), old)
      const calls = yield* callsOf(account)
      assert.strictEqual(yield* report(key, old), "replaced")
      assert.strictEqual(yield* callsOf(account), calls)
    })
  )

  it.effect("is asked about once by all who complain at the same time, and the new one is served from then on", () =>
    Effect.gen(function* () {
      const { account, app, ask, key, within } = yield* connected()
      const old = tokenOf(yield* ask)
      const keys = yield* AppKeys
      const others = yield* within(
        Effect.forEach(Array.from({ length: 30 }), () => keys.mint({ app: app.id }, Option.none()))
      )
      yield* pass(Duration.minutes(1))
      const { simulator } = yield* Upstream
      const renewed = yield* simulator.rotate(account)
      const verdicts = yield* Effect.forEach([key, ...others.map(({ key }) => key)], (each) => report(each, old), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(new Set(verdicts), new Set(["replaced"]))
      assert.strictEqual(yield* callsOf(account), 2)
      assert.strictEqual(tokenOf(yield* ask), renewed)
    })
  )

  it.effect("is `unchanged` when the upstream stands by it, and is not asked about again for a while", () =>
    Effect.gen(function* () {
      const { account, ask, connection, key } = yield* connected()
      const token = tokenOf(yield* ask)
      yield* pass(Duration.minutes(1))
      for (let again = 0; again < 3; again++) assert.strictEqual(yield* report(key, token), "unchanged")
      assert.strictEqual(yield* callsOf(account), 2)
      assert.strictEqual((yield* rowOf(connection.id)).status, "active")
    })
  )

  it.effect("is the user's to mend when the upstream says so", () =>
    Effect.gen(function* () {
      const { account, ask, connection, key } = yield* connected()
      const token = tokenOf(yield* ask)
      yield* pass(Duration.minutes(1))
      const { simulator } = yield* Upstream
      yield* simulator.patchAccount(account, { status: "REVOKED" })
      assert.strictEqual(yield* report(key, token), "connection_needs_reauth")
      assert.strictEqual((yield* rowOf(connection.id)).status, "needs_reauth")
    })
  )

  it.effect("says nothing of its end when the upstream does not answer", () =>
    Effect.gen(function* () {
      const { account, ask, connection, key } = yield* connected()
      const token = tokenOf(yield* ask)
      yield* pass(Duration.minutes(1))
      const { simulator } = yield* Upstream
      yield* simulator.addFaults({ account, status: 500 })
      assert.strictEqual(yield* withoutWaits(report(key, token)), "upstream_error")
      assert.strictEqual(tokenOf(yield* ask), token)
      assert.strictEqual((yield* rowOf(connection.id)).status, "active")
      yield* simulator.clearFaults
    })
  )

  it.effect("for want of a permission is not asked about: another of the same account would be refused too", () =>
    Effect.gen(function* () {
      const { account, ask, key } = yield* connected()
      const token = tokenOf(yield* ask)
      yield* pass(Duration.minutes(1))
      assert.strictEqual(yield* report(key, token, { status: 403 }), "unchanged")
      assert.strictEqual(yield* callsOf(account), 1)
    })
  )

  it.effect("can be reported ten times a minute by one key, whoever else reports", () =>
    Effect.gen(function* () {
      const { ask, key } = yield* connected()
      const other = yield* connected()
      const token = tokenOf(yield* ask)
      const verdicts = yield* Effect.forEach(Array.from({ length: 12 }), () => report(key, token))
      assert.deepStrictEqual(
        verdicts.slice(0, 10),
        Array.from({ length: 10 }, () => "unchanged")
      )
      assert.deepStrictEqual(verdicts.slice(10), ["rate_limited", "rate_limited"])
      assert.strictEqual(yield* report(other.key, tokenOf(yield* other.ask)), "unchanged")
      yield* pass(Duration.seconds(7))
      assert.strictEqual(yield* report(key, token), "unchanged")
    })
  )

  it.effect("that was pasted is `unchanged`, and one of another connection is nobody's business", () =>
    Effect.gen(function* () {
      const { key } = yield* Fixture.makeBound({ slug: "notion", credential: "ntn_pasted-by-hand" })
      assert.strictEqual(yield* report(key, "ntn_pasted-by-hand", { slug: "notion" }), "unchanged")
      assert.strictEqual(yield* report(key, "ntn_pasted-by-hand"), "binding_missing")
    })
  )

  it.effect("is in the audit log with who reported it", () =>
    Effect.gen(function* () {
      const { ask, connection, key } = yield* connected()
      yield* report(key, tokenOf(yield* ask))
      const actions = (yield* recorded(connection.id)).map(({ action }) => action)
      assert.deepStrictEqual(actions, ["token.refresh", "vend", "report"])
    })
  )
})
