import { assert, layer } from "@effect/vitest"
import { DateTime, Effect, Option, Redacted } from "effect"
import { AppKeys } from "@vendodev/broker/manage/AppKeys"
import { Apps } from "@vendodev/broker/manage/Apps"
import { Bindings } from "@vendodev/broker/manage/Bindings"
import { Connections } from "@vendodev/broker/manage/Connections"
import { Tenants } from "@vendodev/broker/manage/Tenants"
import { CredentialResolver } from "@vendodev/broker/vend/CredentialResolver"
import { ConnectionId, DisplayName, IntegrationSlug, Slug } from "@vendodev/domain/Ids"
import * as Fixture from "@vendodev/testing/Fixture"

const notion = IntegrationSlug.make("notion")
const absent = ConnectionId.make("00000000-0000-4000-8000-000000000000")
const named = (name: string, credential: string) => ({
  slug: notion,
  name: DisplayName.make(name),
  profile: Option.none(),
  credential: Option.some(Redacted.make(credential))
})
const at = { concurrency: "unbounded" } as const

const vended = Effect.fn(function* (key: Redacted.Redacted) {
  const resolver = yield* CredentialResolver
  const question = { key: Option.some(key), slug: "notion", userJwt: Option.none(), connection: Option.none() }
  return Redacted.value((yield* resolver.resolve(question)).token)
})

layer(Fixture.layer)("Repeating a change", (it) => {
  it.effect("creates nothing twice, one after the other or at once", () =>
    Effect.gen(function* () {
      const token = yield* Fixture.AdminAccess
      const [tenants, apps, connections] = [yield* Tenants, yield* Apps, yield* Connections]
      const { tenant, within } = yield* Fixture.makeTenant()
      const attempts = Array.from({ length: 8 }, (_, i) => i)

      const repeat = Effect.fn(function* <E, R>(create: Effect.Effect<{ readonly id: string }, E, R>) {
        const made = yield* Effect.forEach(attempts, () => create, at)
        const again = yield* create
        assert.deepStrictEqual(new Set(made.map(({ id }) => id)), new Set([again.id]))
      })
      yield* repeat(tenants.create(token, { slug: Slug.make("acme"), name: DisplayName.make("Acme") }))
      yield* repeat(within(apps.create({ slug: Slug.make("bot"), name: DisplayName.make("Bot"), kind: "production" })))
      yield* repeat(within(connections.create(named("work", "ntn_once"))))
      assert.strictEqual((yield* tenants.list(token)).filter(({ slug }) => slug === "acme").length, 1)
      assert.strictEqual((yield* within(apps.list)).filter(({ slug }) => slug === "bot").length, 1)
      assert.strictEqual((yield* within(connections.list)).length, 1)
      assert.notStrictEqual(tenant.slug, "acme")
    })
  )

  it.effect("with anything else under the same name is a conflict, and changes nothing", () =>
    Effect.gen(function* () {
      const token = yield* Fixture.AdminAccess
      const [tenants, apps, connections] = [yield* Tenants, yield* Apps, yield* Connections]
      const { app, tenant, within } = yield* Fixture.makeTenant()
      const made = yield* within(connections.create(named("work", "ntn_first")))
      const slug = app.slug
      const refused = yield* Effect.all([
        Effect.flip(tenants.create(token, { slug: tenant.slug, name: DisplayName.make("Somebody else") })),
        Effect.flip(within(apps.create({ slug, name: DisplayName.make("Other"), kind: app.kind }))),
        Effect.flip(within(apps.create({ slug, name: app.name, kind: "sandbox" }))),
        Effect.flip(within(connections.create(named("work", "ntn_second")))),
        Effect.flip(within(connections.create({ ...named("work", "ntn_first"), profile: Option.some("byok_static") })))
      ])
      assert.deepStrictEqual(new Set(refused.map(({ _tag }) => _tag)), new Set(["conflict"]))
      assert.deepStrictEqual(yield* within(connections.list), [made])
      assert.deepStrictEqual(yield* within(apps.list), [app])

      // A revoked connection gives its name back.
      yield* within(connections.revoke(made.id))
      const next = yield* within(connections.create(named("work", "ntn_second")))
      assert.notStrictEqual(next.id, made.id)
    })
  )

  it.effect("the same names in two tenants are two things", () =>
    Effect.gen(function* () {
      const connections = yield* Connections
      const [mine, theirs] = [yield* Fixture.makeTenant(), yield* Fixture.makeTenant()]
      const [a, b] = [
        yield* mine.within(connections.create(named("work", "ntn_same"))),
        yield* theirs.within(connections.create(named("work", "ntn_same")))
      ]
      assert.notStrictEqual(a.id, b.id)
      assert.notStrictEqual(mine.app.id, theirs.app.id)
      assert.strictEqual(mine.app.slug, theirs.app.slug)
    })
  )

  it.effect("a binding to another connection replaces the first from the next vend on", () =>
    Effect.gen(function* () {
      const [bindings, connections] = [yield* Bindings, yield* Connections]
      const { app, connection, key, within } = yield* Fixture.makeBound({ slug: notion, credential: "ntn_first" })
      assert.strictEqual(yield* vended(key), "ntn_first")
      const next = yield* within(connections.create(named("next", "ntn_second")))
      const bound = yield* within(bindings.set(app.id, notion, next.id))
      assert.strictEqual(yield* vended(key), "ntn_second")
      assert.deepStrictEqual(yield* within(bindings.set(app.id, notion, next.id)), bound)
      assert.deepStrictEqual(yield* within(bindings.list(app.id)), [bound])

      for (const [refused, code] of [
        [within(bindings.set(app.id, notion, absent)), "not_found"],
        [within(bindings.set(app.id, IntegrationSlug.make("openai"), connection.id)), "validation_failed"]
      ] as const) {
        assert.strictEqual((yield* Effect.flip(refused))._tag, code)
      }
      yield* within(connections.revoke(connection.id))
      const revoked = yield* Effect.flip(within(bindings.set(app.id, notion, connection.id)))
      assert.strictEqual(revoked._tag, "connection_revoked")
      assert.strictEqual(yield* vended(key), "ntn_second")
    })
  )

  it.effect("an unbinding, a revocation of a key and one of a connection change nothing the second time", () =>
    Effect.gen(function* () {
      const [bindings, connections, keys] = [yield* Bindings, yield* Connections, yield* AppKeys]
      const { app, connection, key, record, within } = yield* Fixture.makeBound({ slug: notion, credential: "ntn_x" })
      yield* within(bindings.remove(app.id, notion))
      assert.strictEqual((yield* Effect.flip(vended(key)))._tag, "binding_missing")
      yield* within(bindings.remove(app.id, notion))
      assert.deepStrictEqual(yield* within(bindings.list(app.id)), [])

      const first = yield* within(keys.revoke(record.id))
      assert.isTrue(first.revoked_at !== null && DateTime.isGreaterThanOrEqualTo(first.revoked_at, first.created_at))
      assert.deepStrictEqual(yield* within(keys.revoke(record.id)), first)
      const gone = yield* within(connections.revoke(connection.id))
      assert.strictEqual(gone.status, "revoked")
      assert.deepStrictEqual(yield* within(connections.revoke(connection.id)), gone)
    })
  )
})
