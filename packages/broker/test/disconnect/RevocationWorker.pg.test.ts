import { assert, layer } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import { RevocationClaims } from "@vendodev/broker/disconnect/RevocationClaims"
import { Revocations } from "@vendodev/broker/disconnect/Revocations"
import { Connections } from "@vendodev/broker/manage/Connections"
import { Users } from "@vendodev/broker/manage/Users"
import { UserSubject } from "@vendodev/domain/Ids"
import * as Fixture from "@vendodev/testing/Fixture"
import { Administrator } from "@vendodev/testing/Postgres"
import { install, link, linkTo, type Made, paste, pasteBot, remove, webhookOf } from "./fixtures/connecting.ts"
import { ended, pass, passUntil, rowsOf, Upstreams, worker, world } from "./fixtures/upstreams.ts"

const confirmed = { state: "done", code: "confirmed", has_box: false }

const claims = Effect.provide(RevocationClaims, RevocationClaims.layer)

/** A process that claims one and is not heard of again. */
const claimed = Effect.gen(function* () {
  const taken = yield* (yield* claims).take
  return "claim" in taken ? taken.claim : assert.fail("there was nothing to claim")
})

const removedBot = Effect.fnUntraced(function* (made: Made) {
  const { bot, connection } = yield* pasteBot(made)
  assert.strictEqual((yield* remove(made, connection.id)).upstream.outcome, "revoked")
  return { bot, connection }
})

const callsOf = (route: string, account: string) =>
  Effect.flatMap(Upstreams, ({ composio, providers }) =>
    (route.startsWith("telegram.") ? providers : composio).calls({ route, account })
  )

layer(world)("An upstream", (it) => {
  it.effect("is told that a connection ended, by the recipe of its provider", () =>
    Effect.gen(function* () {
      const made = yield* Fixture.makeTenant()
      const { bot, connection } = yield* removedBot(made)
      assert.notStrictEqual(yield* webhookOf(bot.id), "")
      yield* worker
      const [row] = yield* ended([connection.id])
      assert.deepInclude(row, { ...confirmed, attempts: 1 })
      assert.strictEqual(yield* webhookOf(bot.id), "")
    }).pipe(Effect.scoped)
  )

  it.effect("is told again while it fails, is silent or breaks off", () =>
    Effect.gen(function* () {
      const { providers } = yield* Upstreams
      const made = yield* Fixture.makeTenant()
      const { bot, connection } = yield* removedBot(made)
      const route = "telegram.deleteWebhook"
      yield* providers.addFaults(
        { route, account: bot.id, times: 1, status: 500, body: "error" },
        { route, account: bot.id, times: 1, delivery: "never" },
        { route, account: bot.id, times: 1, delivery: "reset-before-headers" },
        { route, account: bot.id, times: 1, status: 200, body: "html" },
        { route, account: bot.id, times: 1, status: 429, headers: [["retry-after", "7"]], body: "error" }
      )
      yield* worker
      const [row] = yield* ended([connection.id])
      assert.deepInclude(row, { ...confirmed, attempts: 6 })
      assert.strictEqual(yield* webhookOf(bot.id), "")
      assert.lengthOf(yield* callsOf(route, bot.id), 6)
    }).pipe(Effect.scoped)
  )

  it.effect("that no longer takes the credential knows enough", () =>
    Effect.gen(function* () {
      const { providers } = yield* Upstreams
      const made = yield* Fixture.makeTenant()
      const { bot, connection } = yield* removedBot(made)
      yield* providers.reissueToken(bot.id)
      yield* worker
      const [row] = yield* ended([connection.id])
      assert.deepInclude(row, { ...confirmed, attempts: 1 })
    }).pipe(Effect.scoped)
  )

  it.effect("that stays down is given up after 72 hours, and its credential is gone that moment", () =>
    Effect.gen(function* () {
      const { providers } = yield* Upstreams
      const revocations = yield* Revocations
      const made = yield* Fixture.makeTenant()
      const { bot, connection } = yield* removedBot(made)
      yield* providers.addFaults({ route: "telegram.deleteWebhook", account: bot.id, status: 503, body: "error" })
      yield* worker
      yield* passUntil(
        "6 hours",
        Effect.map(rowsOf([connection.id]), ([row]) => {
          assert.strictEqual(row?.has_box, row?.state === "queued")
          return row?.state !== "queued"
        })
      )
      const [row] = yield* rowsOf([connection.id])
      assert.deepInclude(row, { state: "given_up", code: "upstream_error", has_box: false })
      assert.isAtLeast(row?.hours ?? 0, 72)
      assert.isAtMost(row?.hours ?? 0, 79)
      assert.isAtLeast(row?.attempts ?? 0, 10)
      // It stays to be seen, for somebody has to end it there.
      const [listed] = yield* made.within(revocations.list)
      assert.deepInclude(listed, { state: "given_up", code: "upstream_error", connection_id: connection.id })
      yield* providers.clearFaults
    }).pipe(Effect.scoped)
  )

  it.effect("is Composio for its accounts: the tokens end, then the account, however often that is interrupted", () =>
    Effect.gen(function* () {
      const { composio } = yield* Upstreams
      const made = yield* Fixture.makeTenant()
      const whole = yield* link(made)
      const failing = yield* link(made)
      const gone = yield* link(made)
      const disabled = yield* link(made)
      const retired = yield* link(made)
      yield* composio.addFaults(
        { route: "revoke", account: failing.account, times: 8, status: 500, body: "error" },
        { route: "delete", account: failing.account, times: 8, status: 500, body: "error" },
        // Its toolkit takes no tokens back.
        { route: "revoke", account: retired.account, status: 400, body: "error" }
      )
      yield* composio.removeAccount(gone.account)
      // Not in a state to be revoked: 409.
      yield* composio.patchAccount(disabled.account, { status: "INACTIVE" })
      const all = [whole, failing, gone, disabled, retired]
      for (const { connection } of all) {
        assert.strictEqual((yield* remove(made, connection.id)).upstream.outcome, "revoked")
      }
      yield* worker
      for (const row of yield* ended(all.map(({ connection }) => connection.id))) assert.deepInclude(row, confirmed)
      for (const { account } of all) {
        assert.isNotEmpty(yield* callsOf("revoke", account))
        const last = (yield* composio.calls({ account })).at(-1)
        assert.strictEqual(last?.route, "delete")
        assert.include([200, 404], last?.status)
      }
      assert.isAbove((yield* callsOf("revoke", failing.account)).length, 8)
      yield* composio.clearFaults
    }).pipe(Effect.scoped)
  )

  it.effect("that is Composio and does not let the key in is asked again when it does", () =>
    Effect.gen(function* () {
      const { composio } = yield* Upstreams
      const made = yield* Fixture.makeTenant()
      const { account, connection } = yield* link(made)
      yield* composio.addFaults({ route: "revoke", account, status: 403, body: "error" })
      yield* remove(made, connection.id)
      yield* worker
      yield* passUntil(
        "5 seconds",
        Effect.map(rowsOf([connection.id]), ([row]) => row?.code === "upstream_error")
      )
      yield* composio.clearFaults
      const [row] = yield* ended([connection.id])
      assert.deepInclude(row, confirmed)
    }).pipe(Effect.scoped)
  )

  it.effect("ends the token of an installed app on the word of that app", () =>
    Effect.gen(function* () {
      const { providers } = yield* Upstreams
      const made = yield* Fixture.makeTenant()
      const connection = yield* install(made, "ntn_token_of_a_workspace")
      yield* providers.addFaults({ route: "notion.revoke", times: 1, status: 503, body: "error" })
      const { upstream } = yield* remove(made, connection.id)
      assert.strictEqual(upstream.outcome, "revoked")
      yield* worker
      const [row] = yield* ended([connection.id])
      assert.deepInclude(row, { ...confirmed, attempts: 2 })
      const calls = yield* providers.calls({ route: "notion.revoke" })
      assert.deepStrictEqual(
        calls.map(({ key, status }) => [key, status]),
        [
          ["right", 503],
          ["right", 200]
        ]
      )
    }).pipe(Effect.scoped)
  )

  it.effect("is not told while somebody else stands on the same account or bot, of whatever tenant", () =>
    Effect.gen(function* () {
      const { composio } = yield* Upstreams
      const [made, other] = [yield* Fixture.makeTenant(), yield* Fixture.makeTenant()]
      const { bot, connection: first } = yield* pasteBot(made)
      const again = yield* paste(other, "telegram", bot.token)
      const { account, connection: linked } = yield* link(made)
      const alike = yield* linkTo(made, account)
      yield* worker
      for (const id of [first.id, linked.id]) {
        assert.strictEqual((yield* remove(made, id)).upstream.outcome, "nothing_to_revoke")
        const [row] = yield* ended([id])
        assert.deepInclude(row, { state: "done", code: "in_use", has_box: false })
      }
      assert.notStrictEqual(yield* webhookOf(bot.id), "")
      assert.lengthOf(yield* composio.calls({ account }), 0)

      // Whoever goes last is the one that ends it.
      yield* remove(other, again.id)
      yield* remove(made, alike.id)
      for (const row of yield* ended([again.id, alike.id])) assert.deepInclude(row, confirmed)
      assert.strictEqual(yield* webhookOf(bot.id), "")
      assert.strictEqual((yield* composio.calls({ account })).at(-1)?.route, "delete")
    }).pipe(Effect.scoped)
  )

  it.effect("is left alone where the same was connected again before its turn came", () =>
    Effect.gen(function* () {
      const made = yield* Fixture.makeTenant()
      const { bot, connection } = yield* removedBot(made)
      yield* paste(made, "telegram", bot.token)
      yield* worker
      const [row] = yield* ended([connection.id])
      assert.deepInclude(row, { state: "done", code: "in_use" })
      assert.notStrictEqual(yield* webhookOf(bot.id), "")
    }).pipe(Effect.scoped)
  )

  it.effect("is told of all connections of an end user who is removed, of two to one account as well", () =>
    Effect.gen(function* () {
      const users = yield* Users
      const made = yield* Fixture.makeTenant()
      const alice = UserSubject.make("alice")
      const { bot, connection: pasted } = yield* pasteBot(made, alice)
      const { account, connection: linked } = yield* link(made, alice)
      const { connection: kept } = yield* link(made)
      yield* made.within(users.remove(alice))
      yield* worker
      const rows = yield* ended([pasted.id, linked.id])
      assert.lengthOf(rows, 2)
      for (const row of rows) assert.deepInclude(row, confirmed)
      assert.strictEqual(yield* webhookOf(bot.id), "")
      assert.strictEqual((yield* callsOf("delete", account)).length, 1)
      assert.lengthOf(yield* rowsOf([kept.id]), 0)
      yield* made.within(users.remove(alice))
      assert.lengthOf(yield* rowsOf([pasted.id, linked.id]), 2)
    }).pipe(Effect.scoped)
  )
})

layer(world)("A revocation", (it) => {
  it.effect("whose process dies over it is taken up by another when its claim has run out, and not before", () =>
    Effect.gen(function* () {
      const made = yield* Fixture.makeTenant()
      const { bot, connection } = yield* removedBot(made)
      const dead = yield* claimed
      yield* worker
      yield* pass("55 seconds")
      const [held] = yield* rowsOf([connection.id])
      assert.deepInclude(held, { state: "queued", attempts: 1, is_due: false })
      assert.lengthOf(yield* callsOf("telegram.deleteWebhook", bot.id), 0)
      const [row] = yield* ended([connection.id])
      assert.deepInclude(row, { ...confirmed, attempts: 2 })

      // Should it wake up again, it has nothing more to say.
      const settlement = { outcome: "retry", code: Option.some("failed" as const) } as const
      const late = yield* (yield* claims).settle(dead, { ...settlement, wait: Duration.zero })
      assert.isTrue(Option.isNone(late))
      assert.deepStrictEqual(yield* rowsOf([connection.id]), row === undefined ? [] : [row])
    }).pipe(Effect.scoped)
  )

  it.effect("that is under way when its process stops is handed back at once", () =>
    Effect.gen(function* () {
      const { providers } = yield* Upstreams
      const made = yield* Fixture.makeTenant()
      const { bot, connection } = yield* removedBot(made)
      const route = "telegram.deleteWebhook"
      yield* providers.addFaults({ route, account: bot.id, times: 1, delivery: "never" })
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* worker
          yield* passUntil(
            "1 millis",
            Effect.map(callsOf(route, bot.id), ({ length }) => length > 0)
          )
        })
      )
      const [row] = yield* rowsOf([connection.id])
      assert.deepInclude(row, { state: "queued", code: "interrupted", attempts: 1, is_due: true, has_box: true })
      yield* worker
      assert.deepInclude((yield* ended([connection.id]))[0], { ...confirmed, attempts: 2 })
    }).pipe(Effect.scoped)
  )

  it.effect("that is put in another's place does not open there, and keeps no other from its turn", () =>
    Effect.gen(function* () {
      const sql = yield* Administrator
      const made = yield* Fixture.makeTenant()
      const [one, two, three] = [yield* removedBot(made), yield* removedBot(made), yield* removedBot(made)]
      yield* sql`
        UPDATE broker.revocations SET secret_box = other.box FROM (
          SELECT secret_box AS box FROM broker.revocations WHERE connection_id = ${two.connection.id}
        ) AS other WHERE connection_id = ${one.connection.id}
      `
      yield* worker
      const rows = yield* ended([one, two, three].map(({ connection }) => connection.id))
      assert.deepStrictEqual(
        rows.map(({ code, has_box, state }) => [state, code, has_box]),
        [
          ["given_up", "unreadable", false],
          ["done", "confirmed", false],
          ["done", "confirmed", false]
        ]
      )
      assert.notStrictEqual(yield* webhookOf(one.bot.id), "")
    }).pipe(Effect.scoped)
  )

  it.effect("is claimed by one of eight processes at a time, and so each upstream is told once", () =>
    Effect.gen(function* () {
      const { providers } = yield* Upstreams
      const made = yield* Fixture.makeTenant()
      const bots = yield* Effect.forEach(Array.from({ length: 40 }), () => removedBot(made))
      yield* providers.patchSettings({ latencyMs: 300 })
      yield* Effect.forEach(Array.from({ length: 8 }), () => worker, { concurrency: "unbounded" })
      const rows = yield* ended(
        bots.map(({ connection }) => connection.id),
        "100 millis"
      )
      for (const row of rows) assert.deepInclude(row, { ...confirmed, attempts: 1 })
      for (const { bot } of bots) assert.lengthOf(yield* callsOf("telegram.deleteWebhook", bot.id), 1)
      yield* providers.patchSettings({ latencyMs: 0 })
    }).pipe(Effect.scoped)
  )

  it.effect("whose answer comes late revives nothing: the connection stays as it was left", () =>
    Effect.gen(function* () {
      const sql = yield* Administrator
      const connections = yield* Connections
      const made = yield* Fixture.makeTenant()
      const { account, connection } = yield* link(made)
      const { composio } = yield* Upstreams
      yield* composio.addFaults({ route: "revoke", account, times: 1, latencyMs: 4_000 })
      yield* remove(made, connection.id)
      const left = yield* sql`SELECT * FROM broker.connections WHERE id = ${connection.id}`
      yield* worker
      yield* ended([connection.id])
      assert.deepStrictEqual(yield* sql`SELECT * FROM broker.connections WHERE id = ${connection.id}`, left)
      assert.strictEqual((yield* made.within(connections.get(connection.id))).status, "revoked")
    }).pipe(Effect.scoped)
  )

  it.effect("is recorded at its end, and its credential is in no table after that", () =>
    Effect.gen(function* () {
      const sql = yield* Administrator
      const made = yield* Fixture.makeTenant()
      const { connection } = yield* removedBot(made)
      yield* worker
      yield* ended([connection.id])
      const [record] = yield* sql<{ readonly body: object }>`
        SELECT body FROM broker.audit WHERE tenant_id = ${made.tenant.id} ORDER BY seq DESC LIMIT 1
      `
      assert.deepInclude(record?.body, {
        action: "revocation.done",
        connection: connection.id,
        integration: "telegram",
        attempts: 1,
        code: "confirmed"
      })
      assert.lengthOf(
        yield* sql`
          SELECT FROM broker.revocations r FULL JOIN broker.connections c ON c.id = r.connection_id
          WHERE ${connection.id} IN (r.connection_id, c.id) AND (r.secret_box IS NOT NULL OR c.secret_box IS NOT NULL)
        `,
        0
      )
    }).pipe(Effect.scoped)
  )
})
