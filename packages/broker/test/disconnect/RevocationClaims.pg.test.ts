import { assert, layer } from "@effect/vitest"
import { Array, Duration, Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import { type Claim, RevocationClaims, type Settlement } from "@vendodev/broker/disconnect/RevocationClaims"
import { Revocations } from "@vendodev/broker/disconnect/Revocations"
import { Vault } from "@vendodev/broker/vault/Vault"
import { ComposioAccountId, ConnectionId } from "@vendodev/domain/Ids"
import type { RevocationCode } from "@vendodev/domain/Revocation"
import * as Fixture from "@vendodev/testing/Fixture"
import { Administrator } from "@vendodev/testing/Postgres"
import { insideThenUndone, pinned, refusal } from "../database/session.ts"
import { link, paste, pasteBot, remove } from "./fixtures/connecting.ts"
import { pass, rowsOf, world } from "./fixtures/upstreams.ts"

const all = Layer.mergeAll(RevocationClaims.layer, Vault.layer).pipe(Layer.provideMerge(world))

const settlement = (outcome: Settlement["outcome"], code: RevocationCode, wait = Duration.zero): Settlement => ({
  outcome,
  code: Option.some(code),
  wait
})

const take = Effect.gen(function* () {
  const taken = yield* (yield* RevocationClaims).take
  return "claim" in taken ? taken.claim : undefined
})

/** What others left behind in this database. */
const nothingQueued = Effect.flatMap(
  Administrator,
  (sql) => sql`
    UPDATE broker.revocations SET state = 'given_up', ended_at = now(), secret_box = NULL, dek_version = NULL
    WHERE state = 'queued'
  `
)

const ids = (claims: ReadonlyArray<Claim | undefined>) =>
  claims.flatMap((claim) => (claim === undefined ? [] : [claim.revocation]))

layer(all)("A claim", (it) => {
  it.effect("is of one revocation for one process, however many ask at once, the one due for longest first", () =>
    Effect.gen(function* () {
      yield* nothingQueued
      const made = yield* Fixture.makeTenant()
      const bots = yield* Effect.forEach(Array.range(1, 12), () => pasteBot(made))
      yield* Effect.forEach(bots, ({ connection }) => remove(made, connection.id))
      const [first] = yield* rowsOf(bots.map(({ connection }) => connection.id))
      assert.strictEqual((yield* take)?.revocation, first?.id)
      const taken = yield* Effect.all(
        Array.range(1, 32).map(() => take),
        { concurrency: "unbounded" }
      )
      assert.lengthOf(ids(taken), 11)
      assert.lengthOf(new Set(ids(taken)), 11)
      const none = yield* (yield* RevocationClaims).take
      if ("claim" in none) return assert.fail("one more")
      const nextIn = Option.getOrThrow(none.nextIn)
      assert.isAbove(Duration.toSeconds(nextIn), 30)
      assert.isAtMost(Duration.toSeconds(nextIn), 60)
    })
  )

  it.effect("runs out: another takes over, and whoever had it can settle nothing any more", () =>
    Effect.gen(function* () {
      yield* nothingQueued
      const claims = yield* RevocationClaims
      const made = yield* Fixture.makeTenant()
      const { connection } = yield* pasteBot(made)
      yield* remove(made, connection.id)
      const first = yield* take
      if (first === undefined) return assert.fail("nothing")
      yield* pass("59 seconds")
      assert.isUndefined(yield* take)
      yield* pass("2 seconds")
      const second = yield* take
      if (second === undefined) return assert.fail("nothing")
      assert.deepStrictEqual([first.attempt, second.attempt], [1, 2])
      for (const outcome of ["done", "retry", "impossible"] as const) {
        assert.isTrue(Option.isNone(yield* claims.settle(first, settlement(outcome, "failed"))))
      }
      assert.deepInclude((yield* rowsOf([connection.id]))[0], { state: "queued", has_box: true, code: null })
      assert.deepStrictEqual(yield* claims.settle(second, settlement("done", "confirmed")), Option.some("done"))
      assert.isTrue(Option.isNone(yield* claims.settle(second, settlement("retry", "failed"))))
      assert.deepInclude((yield* rowsOf([connection.id]))[0], { state: "done", has_box: false, code: "confirmed" })
    })
  )

  it.effect("that failed is due again when it was said, and never later than 72 hours after the beginning", () =>
    Effect.gen(function* () {
      yield* nothingQueued
      const claims = yield* RevocationClaims
      const made = yield* Fixture.makeTenant()
      const { connection } = yield* pasteBot(made)
      yield* remove(made, connection.id)
      const failing = Effect.fnUntraced(function* (wait: Duration.Duration) {
        const claim = yield* take
        if (claim === undefined) return assert.fail("nothing")
        assert.strictEqual(claim.verdict, "send")
        return yield* claims.settle(claim, settlement("retry", "upstream_error", wait))
      })
      assert.deepStrictEqual(yield* failing(Duration.minutes(10)), Option.some("queued"))
      yield* pass("9 minutes")
      assert.isUndefined(yield* take)
      yield* pass("2 minutes")
      // Of a wait that would end after the time is up, no more is left than that.
      assert.deepStrictEqual(yield* failing(Duration.hours(100)), Option.some("queued"))
      yield* pass("71 hours")
      assert.isUndefined(yield* take)
      yield* pass("1 hour")
      const last = yield* take
      if (last === undefined) return assert.fail("nothing")
      assert.deepStrictEqual([last.verdict, Option.isNone(last.credential)], ["overdue", true])
      const ending = { outcome: "impossible", code: Option.none(), wait: Duration.zero } as const
      assert.deepStrictEqual(yield* claims.settle(last, ending), Option.some("given_up"))
      assert.deepInclude((yield* rowsOf([connection.id]))[0], { code: "upstream_error", has_box: false })
    })
  )

  it.effect("is tried once, however late: where nobody was there to tell for 72 hours, somebody still does", () =>
    Effect.gen(function* () {
      yield* nothingQueued
      const claims = yield* RevocationClaims
      const made = yield* Fixture.makeTenant()
      const { connection } = yield* pasteBot(made)
      yield* remove(made, connection.id)
      yield* pass("100 hours")
      const claim = yield* take
      if (claim === undefined) return assert.fail("nothing")
      assert.deepStrictEqual([claim.verdict, Option.isSome(claim.credential)], ["send", true])
      assert.deepStrictEqual(yield* claims.settle(claim, settlement("retry", "failed")), Option.some("given_up"))
    })
  )

  it.effect("enters no tenant, shows the server no row and leaves it no other way to what is sealed", () =>
    Effect.gen(function* () {
      yield* nothingQueued
      const sql = yield* SqlClient.SqlClient
      const [one, two] = [yield* Fixture.makeTenant(), yield* Fixture.makeTenant()]
      for (const made of [one, two]) yield* remove(made, (yield* pasteBot(made)).connection.id)
      const on = yield* pinned
      yield* on(sql`BEGIN`)
      const tenants = yield* Effect.forEach([1, 2], () =>
        on(sql<{ readonly tenant_id: string }>`SELECT tenant_id FROM gate.claim_revocation(60000)`)
      )
      assert.deepStrictEqual(
        new Set(tenants.flat().map(({ tenant_id }) => tenant_id)),
        new Set([one.tenant.id, two.tenant.id])
      )
      assert.deepStrictEqual(yield* on(sql`SELECT gate.tenant() AS tenant`), [{ tenant: null }])
      for (const table of ["connections", "app_connection_bindings", "app_keys", "tenant_keys"]) {
        assert.lengthOf(yield* on(sql`SELECT FROM broker.${sql(table)}`), 0)
      }
      yield* on(sql`ROLLBACK`)
      // Inside a tenant the queue is shown, but for what is sealed in it, and that of one tenant.
      const listed = yield* insideThenUndone(one.tenant.id, sql`SELECT id FROM broker.revocations`)
      assert.lengthOf(listed, 1)
      const sealed = insideThenUndone(one.tenant.id, refusal(sql`SELECT secret_box FROM broker.revocations`))
      assert.strictEqual((yield* sealed).code, "42501")
    }).pipe(Effect.scoped)
  )

  it.effect("opens for its own row only, and what was sealed for the connection does not open there", () =>
    Effect.gen(function* () {
      yield* nothingQueued
      const vault = yield* Vault
      const made = yield* Fixture.makeTenant()
      for (const _ of [1, 2]) yield* remove(made, (yield* pasteBot(made)).connection.id)
      const [one, two] = [yield* take, yield* take]
      if (one === undefined || two === undefined) return assert.fail("nothing")
      const { box, dataKey } = Option.getOrThrow(one.credential)
      const place = { table: "revocations", column: "secret_box", secretVersion: "1", tenant: one.tenant } as const
      yield* vault.open({ ...place, row: one.revocation }, dataKey, box)
      for (const wrong of [
        { ...place, row: two.revocation },
        { ...place, row: one.revocation, column: "other" },
        { ...place, row: one.revocation, secretVersion: "2" },
        { tenant: one.tenant, connection: ConnectionId.make(one.revocation), secretVersion: "1" }
      ]) {
        assert.strictEqual((yield* Effect.flip(vault.open(wrong, dataKey, box)))._tag, "BoxUnreadable")
      }
    })
  )

  it.effect("of an account holds the account, and of a credential the credential; neither when somebody uses it", () =>
    Effect.gen(function* () {
      yield* nothingQueued
      const revocations = yield* Revocations
      const made = yield* Fixture.makeTenant()
      const { account, connection: linked } = yield* link(made)
      yield* remove(made, linked.id)
      const ofAccount = yield* take
      assert.deepInclude(ofAccount, {
        account: Option.some(ComposioAccountId.make(account)),
        credential: Option.none(),
        verdict: "send"
      })
      // However often it is removed, and whatever is written.
      yield* remove(made, linked.id)
      const sql = yield* Administrator
      const twice = yield* refusal(sql`
        INSERT INTO broker.revocations (tenant_id, id, connection_id, integration, profile, composio_account_id)
        SELECT tenant_id, gen_random_uuid(), connection_id, integration, profile, composio_account_id
        FROM broker.revocations WHERE connection_id = ${linked.id}
      `)
      assert.strictEqual(twice.constraint, "account_revoked_once")
      assert.lengthOf(yield* rowsOf([linked.id]), 1)

      const { bot, connection: pasted } = yield* pasteBot(made)
      yield* remove(made, pasted.id)
      yield* paste(made, "telegram", bot.token)
      const ofBot = yield* take
      assert.deepInclude(ofBot, { account: Option.none(), credential: Option.none(), verdict: "in_use" })
      const listed = yield* made.within(revocations.list)
      assert.deepStrictEqual(
        listed.map(({ composio_account_id, slug, state }) => [slug, composio_account_id, state]),
        [
          ["google", account, "queued"],
          ["telegram", null, "queued"]
        ]
      )
    })
  )
})
