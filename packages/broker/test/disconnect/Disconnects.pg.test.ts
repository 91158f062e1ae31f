import { assert, layer } from "@effect/vitest"
import { Array, Cause, DateTime, Effect, Option, Random, Redacted, Struct } from "effect"
import { Disconnects } from "@vendodev/broker/disconnect/Disconnects"
import { AppKeys } from "@vendodev/broker/manage/AppKeys"
import { Bindings } from "@vendodev/broker/manage/Bindings"
import { CredentialResolver } from "@vendodev/broker/vend/CredentialResolver"
import type { Connection } from "@vendodev/domain/Connection"
import { ConnectionId, EnvVarName, IntegrationSlug, UserSubject } from "@vendodev/domain/Ids"
import type { Removal } from "@vendodev/domain/Removal"
import * as Fixture from "@vendodev/testing/Fixture"
import { Administrator } from "@vendodev/testing/Postgres"
import { lastRecords } from "../manage/fixtures/managed.ts"
import { type Made, paste, pasteBot, remove } from "./fixtures/connecting.ts"
import * as SmallWorld from "./fixtures/smallWorld.ts"
import { changes, type Row, snapshot } from "./fixtures/snapshot.ts"
import { world } from "./fixtures/upstreams.ts"

const worlds = 15
const seed = process.env["VENDO_TEST_SEED"] ?? crypto.randomUUID()
const absent = ConnectionId.make("00000000-0000-4000-8000-000000000000")

/** The log, read to its beginning. */
const lastUse = Effect.fnUntraced(function* ({ tenant }: Made, connection: Connection) {
  const sql = yield* Administrator
  const [used] = yield* sql<{ readonly at: Date | null }>`
    SELECT max(at) AS at FROM broker.audit WHERE tenant_id = ${tenant.id} AND body ->> 'action' = 'vend'
      AND body ->> 'outcome' = 'granted' AND body ->> 'connection' = ${connection.id}
  `
  return used?.at?.toISOString() ?? null
})

const isCut = (row: Row) => ["status", "secret_box", "revoked_at"].map((column) => row[column])

/** What a removal may leave changed, and what it said it would. */
const compare = (plan: Removal, answer: Removal, changed: ReturnType<typeof changes>) => {
  const { connection } = plan
  const rest = Struct.omit(plan, ["connection"])
  assert.deepStrictEqual(Struct.omit(answer, ["connection"]), rest)
  const table = (name: string) => changed.get(name) ?? { gone: [], made: [] }

  const bindings = table("app_connection_bindings")
  assert.deepStrictEqual(
    bindings.gone.map(({ app_id, connection_id, user_subject }) => [app_id, connection_id, user_subject]).toSorted(),
    plan.deployments.map(({ app_id, user }) => [app_id, connection.id, user ?? ""]).toSorted()
  )
  assert.deepStrictEqual(bindings.made, [])

  assert.deepStrictEqual(
    table("app_keys")
      .made.map(({ hint, revoked_at }) => [hint, revoked_at !== null])
      .toSorted(),
    plan.keys.map((hint) => [hint, true]).toSorted()
  )

  const cut = table("connections")
  assert.lengthOf(cut.made, connection.status === "revoked" ? 0 : 1)
  for (const row of cut.made) {
    assert.strictEqual(row["id"], connection.id)
    assert.deepStrictEqual(isCut(row).slice(0, 2), ["revoked", null])
  }
  assert.strictEqual(answer.connection.status, "revoked")

  const told = table("revocations")
  if (plan.upstream.outcome === "revoked") assert.lengthOf(told.made, 1)
  if (plan.upstream.outcome === "not_possible") assert.lengthOf(told.made, 0)
  assert.deepStrictEqual(told.gone, [])

  // Each that is started with its variables, once; an end user's connection is in nobody's.
  assert.deepStrictEqual(
    table("deployments")
      .made.map(({ app_id }) => app_id)
      .toSorted(),
    plan.deployments
      .flatMap(({ app_id, status, user }) => (status !== null && user === null ? [app_id] : []))
      .toSorted()
  )
  for (const row of table("deployments").made) {
    const old = table("deployments").gone.find(({ app_id }) => app_id === row["app_id"])
    assert.strictEqual(Number(row["env_wanted"]) - Number(old?.["env_wanted"]), 1)
  }

  const expected = new Set([
    "app_connection_bindings",
    "app_keys",
    "audit",
    "audit_heads",
    "connections",
    "deployments"
  ])
  for (const name of changed.keys()) {
    if (!expected.has(name)) assert.include(["events", "revocations"], name)
  }
}

const isUnchanged = <A, E, R>({ tenant }: Made, work: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const before = yield* snapshot(tenant.id)
    const answer = yield* work
    assert.deepStrictEqual(changes(before, yield* snapshot(tenant.id)), new Map())
    return answer
  })

layer(world)("Being done with a connection", (it) => {
  it.effect(
    `does what was foreseen, no more and no less, and foreseeing it changes nothing: ${worlds} worlds of seed ${seed}`,
    () =>
      Effect.gen(function* () {
        const disconnects = yield* Disconnects
        const random = yield* Random.Random.pipe(Random.withSeed(seed))
        let removals = 0
        for (const number of Array.range(1, worlds)) {
          const { connected, ...made } = yield* SmallWorld.make(() => random.nextDoubleUnsafe())
          for (const { id } of connected) {
            yield* Effect.gen(function* () {
              const plan = yield* isUnchanged(made, made.within(disconnects.plan(id)))
              const used = Option.map(Option.fromNullOr(plan.last_used_at), DateTime.formatIso)
              assert.strictEqual(Option.getOrNull(used), yield* lastUse(made, plan.connection))
              const before = yield* snapshot(made.tenant.id)
              const answer = yield* made.within(disconnects.remove(id))
              compare(plan, answer, changes(before, yield* snapshot(made.tenant.id)))
              yield* isUnchanged(made, made.within(disconnects.remove(id)))
            }).pipe(
              Effect.catchCause((cause) =>
                Effect.die(new Error(`VENDO_TEST_SEED=${seed}, world ${number}: ${String(Cause.squash(cause))}`))
              )
            )
            removals++
          }
        }
        assert.isAtLeast(removals, worlds * 4)
      }),
    3 * 60_000
  )

  it.effect("names the tools it hits, what they are started with and the keys that end; no key is shown whole", () =>
    Effect.gen(function* () {
      const sql = yield* Administrator
      const [bindings, keys, disconnects] = [yield* Bindings, yield* AppKeys, yield* Disconnects]
      const made = yield* Fixture.makeTenant()
      const { bot, connection } = yield* pasteBot(made)
      yield* sql`
        INSERT INTO broker.deployments (tenant_id, app_id, source, manifest, status_reason)
        VALUES (${made.tenant.id}, ${made.app.id}, 'name: tool', '{}', 'installed')
      `
      yield* made.within(bindings.set(made.app.id, connection.slug, connection.id))
      const plan = yield* made.within(disconnects.plan(connection.id))
      assert.deepStrictEqual(Struct.omit(plan, ["connection", "upstream"]), {
        deployments: [
          {
            app_id: made.app.id,
            slug: made.app.slug,
            name: made.app.name,
            user: null,
            status: "installed",
            variables: ["TELEGRAM_BOT_TOKEN", "TELEGRAM_BOT_ID"].map((name) => EnvVarName.make(name)),
            exclusive: true
          }
        ],
        keys: [],
        last_used_at: null,
        not_used_since: null
      })
      assert.strictEqual(plan.upstream.outcome, "revoked")
      assert.notInclude(JSON.stringify(plan), bot.token)

      const own = yield* paste(made, "notion", "ntn_of_the_tenant")
      const { key, record } = yield* made.within(keys.mint({ connection: own.id }, Option.none()))
      const ofKey = yield* made.within(disconnects.plan(own.id))
      assert.deepStrictEqual([ofKey.keys, ofKey.deployments], [[record.hint], []])
      assert.notInclude(JSON.stringify(ofKey), Redacted.value(key))

      // What an end user connected is in nobody's variables.
      const alice = UserSubject.make("alice")
      const hers = yield* paste(made, "notion", "ntn_of_alice", alice)
      yield* made.within(bindings.set(made.app.id, hers.slug, hers.id))
      const { deployments } = yield* made.within(disconnects.plan(hers.id))
      assert.deepStrictEqual(
        deployments.map(({ user, variables }) => ({ user, variables })),
        [{ user: alice, variables: [] }]
      )
    })
  )

  it.effect(
    "is final at once: apps miss their binding, its keys open nothing, and the bot can be bound elsewhere",
    () =>
      Effect.gen(function* () {
        const [bindings, keys, resolver] = [yield* Bindings, yield* AppKeys, yield* CredentialResolver]
        const [made, other] = [yield* Fixture.makeTenant(), yield* Fixture.makeTenant()]
        const { bot, connection } = yield* pasteBot(made)
        const telegram = connection.slug
        yield* made.within(bindings.set(made.app.id, telegram, connection.id))
        const { key: ofApp } = yield* made.within(keys.mint({ app: made.app.id }, Option.none()))
        const pages = yield* paste(made, "notion", "ntn_pages")
        const { key: ofConnection } = yield* made.within(keys.mint({ connection: pages.id }, Option.none()))
        const vend = (key: Redacted.Redacted, slug = telegram) =>
          Effect.match(
            resolver.resolve({
              key: Option.some(key),
              slug,
              userJwt: Option.none(),
              connection: Option.none()
            }),
            { onFailure: ({ _tag }) => _tag, onSuccess: ({ token }) => Redacted.value(token) }
          )
        assert.strictEqual(yield* vend(ofApp), bot.token)
        assert.strictEqual(yield* vend(ofConnection, pages.slug), "ntn_pages")
        yield* remove(made, connection.id)
        yield* remove(made, pages.id)
        assert.strictEqual(yield* vend(ofApp), "binding_missing")
        assert.strictEqual(yield* vend(ofConnection, pages.slug), "app_revoked")
        assert.strictEqual(
          (yield* Effect.flip(made.within(keys.mint({ connection: pages.id }, Option.none()))))._tag,
          "connection_revoked"
        )
        const again = yield* paste(other, "telegram", bot.token)
        yield* other.within(bindings.set(other.app.id, telegram, again.id))
      })
  )

  it.effect("is recorded, by what was taken from whom, once", () =>
    Effect.gen(function* () {
      const [bindings, keys] = [yield* Bindings, yield* AppKeys]
      const made = yield* Fixture.makeTenant()
      const alice = UserSubject.make("alice")
      const { connection } = yield* pasteBot(made, alice)
      yield* made.within(bindings.set(made.app.id, connection.slug, connection.id))
      yield* remove(made, connection.id)
      const expected = [
        {
          action: "binding.remove",
          object: { kind: "app", id: made.app.id },
          with: { integration: "telegram", user: "alice" }
        },
        { action: "connection.revoke", object: { kind: "connection", id: connection.id } },
        {
          action: "connection.remove",
          object: { kind: "connection", id: connection.id },
          with: { integration: "telegram", upstream: "revoked" }
        }
      ]
      assert.containSubset(yield* lastRecords(made.tenant.id, 3), expected)
      yield* remove(made, connection.id)
      assert.containSubset(yield* lastRecords(made.tenant.id, 3), expected)

      const own = yield* paste(made, "stripe", "sk_live_of_the_tenant")
      const { record } = yield* made.within(keys.mint({ connection: own.id }, Option.none()))
      yield* remove(made, own.id)
      assert.containSubset(yield* lastRecords(made.tenant.id, 3), [
        { action: "connection.revoke" },
        { action: "key.revoke", object: { kind: "key", id: record.id } },
        { action: "connection.remove", with: { upstream: "not_possible" } }
      ])
    })
  )

  it.effect("is not possible for a connection of another tenant, or of nobody", () =>
    Effect.gen(function* () {
      const disconnects = yield* Disconnects
      const [made, other] = [yield* Fixture.makeTenant(), yield* Fixture.makeTenant()]
      const { connection } = yield* pasteBot(other)
      for (const id of [connection.id, absent]) {
        for (const way of [disconnects.plan(id), disconnects.remove(id)]) {
          assert.deepInclude(yield* Effect.flip(isUnchanged(made, made.within(way))), {
            _tag: "not_found",
            detail: "there is no such connection"
          })
        }
      }
    })
  )

  it.effect("that can not be opened any more is not kept from ending, nor by the key file", () =>
    Effect.gen(function* () {
      const sql = yield* Administrator
      const made = yield* Fixture.makeTenant()
      const { connection } = yield* pasteBot(made)
      yield* sql`UPDATE broker.connections SET secret_version = 7 WHERE id = ${connection.id}`
      const { connection: after, upstream } = yield* remove(made, connection.id)
      assert.strictEqual(after.status, "revoked")
      assert.strictEqual(upstream.outcome, "not_possible")
    })
  )

  it.effect("leaves nothing bound and no key open, whoever binds, unbinds and mints at the same moment", () =>
    Effect.gen(function* () {
      const sql = yield* Administrator
      const [bindings, keys] = [yield* Bindings, yield* AppKeys]
      const notion = IntegrationSlug.make("notion")
      for (const round of Array.range(1, 20)) {
        const made = yield* Fixture.makeTenant()
        const [one, two] = [yield* paste(made, "notion", "ntn_one"), yield* paste(made, "notion", "ntn_two")]
        yield* made.within(bindings.set(made.app.id, notion, round % 2 === 0 ? one.id : two.id))
        const attempts = yield* Effect.all(
          [
            made.within(keys.mint({ connection: one.id }, Option.none())),
            made.within(bindings.set(made.app.id, notion, one.id)),
            remove(made, one.id),
            made.within(bindings.set(made.app.id, notion, two.id)),
            made.within(bindings.remove(made.app.id, notion)),
            remove(made, one.id)
          ].map((work) => Effect.exit(Effect.asVoid(work))),
          { concurrency: "unbounded" }
        )
        for (const attempt of attempts) {
          if (attempt._tag === "Failure") assert.notMatch(String(Cause.squash(attempt.cause)), /deadlock|unavailable/i)
        }
        const left = yield* sql`
          SELECT b.app_id FROM broker.app_connection_bindings b WHERE b.connection_id = ${one.id}
          UNION ALL SELECT k.id FROM broker.app_keys k WHERE k.connection_id = ${one.id} AND k.revoked_at IS NULL
        `
        assert.deepStrictEqual(left, [])
      }
    })
  )
})
