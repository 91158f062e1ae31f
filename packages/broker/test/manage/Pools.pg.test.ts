import { assert, layer } from "@effect/vitest"
import { Array, Effect, Option, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { Connections } from "@vendodev/broker/manage/Connections"
import { Pools } from "@vendodev/broker/manage/Pools"
import { generate, Keyring } from "@vendodev/broker/vault/Keyring"
import { DisplayName, IntegrationSlug } from "@vendodev/domain/Ids"
import * as Fixture from "@vendodev/testing/Fixture"
import { TestDatabase } from "@vendodev/testing/Postgres"
import { refusal } from "../database/session.ts"

const openai = IntegrationSlug.make("openai")
const anthropic = IntegrationSlug.make("anthropic")
const secret = (text: string) => Redacted.make(text)
const poolName = DisplayName.make("pool")
const key = "sk-proj-of-the-installation-9Zk2"

interface SealedRow {
  readonly integration: string
  readonly kek_id: string
  readonly sealed: Uint8Array
}

const sealed = Effect.flatMap(TestDatabase, ({ asAdmin }) =>
  asAdmin(
    Effect.flatMap(
      SqlClient.SqlClient,
      (sql) => sql<SealedRow>`SELECT integration, kek_id, sealed FROM broker.pools ORDER BY integration`
    )
  )
)

layer(Fixture.layer)("A pool", (it) => {
  it.effect(
    "is set by who has an admin token, shown by its last four characters, and set anew in place of itself",
    () =>
      Effect.gen(function* () {
        const token = yield* Fixture.AdminAccess
        const pools = yield* Pools
        assert.deepStrictEqual(yield* pools.list(token), [])
        const made = yield* pools.set(token, openai, secret(` ${key}\n`))
        assert.deepInclude(made, { slug: openai, hint: "9Zk2" })
        assert.deepStrictEqual(yield* pools.list(token), [made])
        const again = yield* pools.set(token, openai, secret("sk-proj-of-the-installation-Qw3r"))
        assert.deepStrictEqual([again.hint, again.created_at], ["Qw3r", made.created_at])
        yield* pools.set(token, anthropic, secret("sk-ant-of-the-installation-Ab1c"))
        assert.deepStrictEqual(
          (yield* pools.list(token)).map(({ hint, slug }) => [slug, hint]),
          [
            [anthropic, "Ab1c"],
            [openai, "Qw3r"]
          ]
        )
        yield* pools.remove(token, anthropic)
        yield* pools.remove(token, anthropic)
        yield* pools.remove(token, openai)
        assert.deepStrictEqual(yield* pools.list(token), [])
      })
  )

  it.effect("is nobody else's to see, to set or to take away", () =>
    Effect.gen(function* () {
      const token = yield* Fixture.AdminAccess
      const pools = yield* Pools
      yield* pools.set(token, openai, secret(key))
      for (const stranger of [secret(""), secret("vendo_at_nobodys"), secret(key)]) {
        for (const refused of [
          Effect.asVoid(pools.list(stranger)),
          Effect.asVoid(pools.set(stranger, openai, secret("sk-proj-of-somebody-else-0000"))),
          pools.remove(stranger, openai)
        ]) {
          assert.strictEqual((yield* Effect.flip(refused))._tag, "session_required")
        }
      }
      // Nor of who can run any statement as the server, by the functions that would do it.
      const sql = yield* SqlClient.SqlClient
      const nobody = Buffer.alloc(32)
      assert.deepStrictEqual(yield* sql`SELECT * FROM gate.list_pools(${nobody})`, [])
      assert.deepStrictEqual(yield* sql`SELECT gate.remove_pool(${nobody}, 'openai') AS removed`, [{ removed: false }])
      const planted = yield* refusal(sql`SELECT gate.set_pool(${nobody}, 'openai', 'k', ${nobody}, 'abcd')`)
      assert.strictEqual(planted.code, "42501")
      assert.deepStrictEqual(
        (yield* pools.list(token)).map(({ hint }) => hint),
        ["9Zk2"]
      )
    })
  )

  it.effect("is a key that could be one, of an integration that has pools; what is refused is not repeated", () =>
    Effect.gen(function* () {
      const token = yield* Fixture.AdminAccess
      const pools = yield* Pools
      for (const [slug, text, field] of [
        ["telegram", key, "slug"],
        ["openai", "", "credential"],
        ["openai", "short-hunter2", "credential"],
        ["openai", "sk proj hunter2 with spaces", "credential"],
        ["openai", "vendo_sk_hunter2hunter2hunter2", "credential"],
        ["openai", "sk-ключ-hunter2-hunter2", "credential"],
        ["openai", "hunter2 ".repeat(3_000), "credential"]
      ] as const) {
        const refused = yield* Effect.flip(pools.set(token, IntegrationSlug.make(slug), secret(text)))
        assert.deepInclude(refused, { _tag: "validation_failed", field }, text.slice(0, 20))
        assert.notInclude(JSON.stringify(refused), "hunter2")
      }
      const unknown = yield* Effect.flip(pools.set(token, IntegrationSlug.make("nosuch"), secret(key)))
      assert.strictEqual(unknown._tag, "provider_unknown")
    })
  )

  it.effect("is sealed for its integration, with a key the database does not have", () =>
    Effect.gen(function* () {
      const token = yield* Fixture.AdminAccess
      const [pools, keyring] = [yield* Pools, yield* Keyring]
      yield* pools.set(token, openai, secret(key))
      const [row] = yield* sealed
      if (row === undefined) return assert.fail("nothing is kept")
      assert.notInclude(Buffer.from(row.sealed).toString("latin1"), key)
      const box = { kekId: row.kek_id, sealed: row.sealed }
      const opened = yield* keyring.open({ kind: "pool", of: "openai" }, box)
      assert.strictEqual(Buffer.from(Redacted.value(opened)).toString(), key)
      const other = yield* Effect.provide(Keyring, Keyring.layerOf(generate(row.kek_id)))
      for (const closed of [
        keyring.open({ kind: "pool", of: "anthropic" }, box),
        keyring.open({ kind: "user-token-key", of: "openai" }, box),
        other.open({ kind: "pool", of: "openai" }, box)
      ]) {
        assert.strictEqual((yield* Effect.flip(closed))._tag, "KeyUnavailable")
      }
    })
  )
})

layer(Fixture.layer)("A connection to a pool", (it) => {
  it.effect("is made when it is asked for, once for a tenant, however many ask at the same time", () =>
    Effect.gen(function* () {
      const token = yield* Fixture.AdminAccess
      const [pools, connections] = [yield* Pools, yield* Connections]
      const [made, other] = [yield* Fixture.makeTenant(), yield* Fixture.makeTenant()]
      yield* pools.set(token, openai, secret(key))
      const all = yield* Effect.all(
        Array.range(1, 8).map(() => made.within(connections.pool("openai"))),
        { concurrency: "unbounded" }
      )
      assert.lengthOf(new Set(all.map(({ id }) => id)), 1)
      assert.deepInclude(all[0], { slug: openai, name: poolName, profile: "vendo_managed_pool", user: null })
      assert.notStrictEqual((yield* other.within(connections.pool("openai"))).id, all[0]?.id)
      const [first] = all
      if (first === undefined) return assert.fail("none")
      yield* made.within(connections.revoke(first.id))
      // The name is another connection's by now.
      yield* made.within(
        connections.create({
          slug: "openai",
          name: poolName,
          profile: Option.some("byok_static"),
          credential: Option.some(Redacted.make("sk-proj-of-the-tenant-itself"))
        })
      )
      const again = yield* made.within(connections.pool("openai"))
      assert.notStrictEqual(again.id, first.id)
      assert.deepInclude(again, { name: DisplayName.make(`${poolName} 2`), profile: "vendo_managed_pool" })
    })
  )

  it.effect("is not made where the installation has no pool, and the operator is told what to do", () =>
    Effect.gen(function* () {
      const token = yield* Fixture.AdminAccess
      const [pools, connections] = [yield* Pools, yield* Connections]
      const { within } = yield* Fixture.makeTenant()
      yield* pools.set(token, openai, secret(key))
      yield* pools.remove(token, openai)
      for (const slug of ["openai", "gemini", "telegram"]) {
        const refused = yield* Effect.flip(within(connections.pool(slug)))
        assert.deepInclude(refused, { _tag: "validation_failed", field: "pool" })
        assert.include(refused.detail, `vendo pool set ${slug}`)
      }
      assert.strictEqual((yield* Effect.flip(within(connections.pool("nosuch"))))._tag, "provider_unknown")
      assert.deepStrictEqual(yield* within(connections.list), [])

      // Who names the profile says that it is so, as ever.
      const profile = Option.some("vendo_managed_pool" as const)
      const input = { slug: "openai", name: DisplayName.make("mine"), profile, credential: Option.none() }
      assert.strictEqual((yield* within(connections.create(input))).profile, "vendo_managed_pool")
    })
  )
})
