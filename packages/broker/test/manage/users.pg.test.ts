import { assert, layer } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { UserTokens } from "@vendodev/broker/access/UserTokens"
import { AppKeys } from "@vendodev/broker/manage/AppKeys"
import { Bindings } from "@vendodev/broker/manage/Bindings"
import { Connections } from "@vendodev/broker/manage/Connections"
import { Users } from "@vendodev/broker/manage/Users"
import { Keyring } from "@vendodev/broker/vault/Keyring"
import { CredentialResolver } from "@vendodev/broker/vend/CredentialResolver"
import { IntegrationSlug, UserSubject } from "@vendodev/domain/Ids"
import * as Fixture from "@vendodev/testing/Fixture"
import { administer, created, lastRecords, named, ofUser } from "./fixtures/managed.ts"

const notion = IntegrationSlug.make("notion")
const [alice, bob] = [UserSubject.make("alice"), UserSubject.make("auth0|bob@example.com")]

const pasted = (name: string, credential: string, user?: UserSubject) =>
  named(name, undefined, { slug: notion, credential: Option.some(Redacted.make(credential)), user })

/** A tenant with a connection of its own and one of each user, all of one name and bound to one app. */
const populated = Effect.gen(function* () {
  const made = yield* Fixture.makeBound({ slug: notion, credential: "ntn_of_the_tenant" })
  const bindings = yield* Bindings
  const bound = Effect.fn(function* (user: UserSubject) {
    const { id } = yield* made.within(created(pasted("test", `ntn_of_${user}`, user)))
    yield* made.within(bindings.set(made.app.id, notion, id))
    return id
  })
  return { ...made, ofAlice: yield* bound(alice), ofBob: yield* bound(bob) }
})

const userToken = Effect.fn(function* (key: Redacted.Redacted, user: UserSubject) {
  const [tokens, { hash }] = [yield* UserTokens, yield* Keyring]
  return (yield* tokens.mint({ keyHash: hash(key) }, user, Option.none())).token
})

/** What a request gets: a token, or the code of its refusal. */
const vended = Effect.fn(function* (key: Redacted.Redacted, userJwt?: Redacted.Redacted) {
  const resolver = yield* CredentialResolver
  const jwt = Option.fromUndefinedOr(userJwt)
  const question = { key: Option.some(key), slug: notion, userJwt: jwt, connection: Option.none() }
  return yield* Effect.match(resolver.resolve(question), {
    onFailure: ({ _tag }) => _tag,
    onSuccess: ({ token }) => Redacted.value(token)
  })
})

// User tokens are of the database's time, so their reader needs the real one.
layer(Fixture.layer, { excludeTestServices: true })("An end user", (it) => {
  it.effect("has connections of its own, under names that are taken from nobody else", () =>
    Effect.gen(function* () {
      const { connection, ofAlice, ofBob, within } = yield* populated
      const connections = yield* Connections
      const own = yield* within(connections.get(connection.id))
      assert.isNull(own.user)
      const all = yield* within(connections.list)
      assert.deepStrictEqual(
        all.map(({ id, name, user }) => [id, name, user]),
        [
          [connection.id, "test", null],
          [ofAlice, "test", "alice"],
          [ofBob, "test", "auth0|bob@example.com"]
        ]
      )
      const listed = yield* within(connections.listOf(alice))
      assert.deepStrictEqual(
        listed.map(({ id }) => id),
        [ofAlice]
      )
      assert.deepStrictEqual(yield* within(connections.listOf(UserSubject.make("carol"))), [])
      // What makes it the same one again is asked of that user alone.
      assert.strictEqual((yield* within(created(pasted("test", "ntn_of_alice", alice)))).id, ofAlice)
      for (const credential of ["ntn_of_the_tenant", `ntn_of_${bob}`]) {
        const refused = yield* Effect.flip(within(created(pasted("test", credential, alice))))
        assert.strictEqual(refused._tag, "conflict")
      }
    })
  )

  it.effect("is served by what was bound of its own, and the app's own requests by the tenant's", () =>
    Effect.gen(function* () {
      const { app, key, within } = yield* populated
      const bindings = yield* Bindings
      const [ofAlice, ofBob] = [yield* userToken(key, alice), yield* userToken(key, bob)]
      const ofCarol = yield* userToken(key, UserSubject.make("carol"))
      const answers = Effect.all([vended(key), vended(key, ofAlice), vended(key, ofBob), vended(key, ofCarol)])
      const [tenants, alices, bobs, none] = ["ntn_of_the_tenant", "ntn_of_alice", `ntn_of_${bob}`, "binding_missing"]
      assert.deepStrictEqual(yield* answers, [tenants, alices, bobs, none])
      const users = Effect.map(within(bindings.list(app.id)), (all) => all.map(({ user }) => user))
      assert.deepStrictEqual(yield* users, [null, alice, bob])

      yield* within(bindings.remove(app.id, notion, alice))
      assert.deepStrictEqual(yield* answers, [tenants, none, bobs, none])
      yield* within(bindings.remove(app.id, notion))
      assert.deepStrictEqual(yield* answers, [none, none, bobs, none])
      assert.deepStrictEqual(yield* users, [bob])
    })
  )

  it.effect("has no connection that a key of its own opens, for such a key names no user", () =>
    Effect.gen(function* () {
      const { connection, ofAlice, within } = yield* populated
      const keys = yield* AppKeys
      const before = yield* within(keys.list)
      const refused = yield* Effect.flip(within(keys.mint({ connection: ofAlice }, Option.none())))
      assert.deepInclude(refused, { _tag: "validation_failed", field: "connection" })
      assert.deepStrictEqual(yield* within(keys.list), before)
      yield* within(keys.mint({ connection: connection.id }, Option.none()))
    })
  )

  it.effect("with a credential that is exclusive is its one consumer", () =>
    Effect.gen(function* () {
      const { app, within } = yield* Fixture.makeTenant()
      const bindings = yield* Bindings
      const telegram = IntegrationSlug.make("telegram")
      const bot = (user?: UserSubject) => ({ ...pasted("bot", `77:${"x".repeat(30)}`, user), slug: telegram })
      const [own, ofAlice] = [yield* within(created(bot())), yield* within(created(bot(alice)))]
      yield* within(bindings.set(app.id, telegram, ofAlice.id))
      const refused = yield* Effect.flip(within(bindings.set(app.id, telegram, own.id)))
      assert.strictEqual(refused._tag, "connection_in_use")
    })
  )

  it.effect("removed loses every connection and every user token, here and nowhere else", () =>
    Effect.gen(function* () {
      const [made, elsewhere] = [yield* populated, yield* populated]
      const { connection, key, ofAlice, ofBob, tenant, within } = made
      const [connections, users] = [yield* Connections, yield* Users]
      const second = yield* within(created(named("second", "ca_second", ofUser("alice"))))
      const [token, tokenOfBob] = [yield* userToken(key, alice), yield* userToken(key, bob)]
      const tokenElsewhere = yield* userToken(elsewhere.key, alice)

      const removed = yield* within(users.remove(alice))
      assert.strictEqual(removed.user, alice)
      assert.sameMembers([...removed.revoked], [ofAlice, second.id])
      const status = Effect.map(within(connections.list), (all) => new Map(all.map(({ id, status }) => [id, status])))
      const expected = [
        [connection.id, "active"],
        [ofAlice, "revoked"],
        [ofBob, "active"],
        [second.id, "revoked"]
      ] as const
      assert.deepStrictEqual(yield* status, new Map(expected))
      assert.strictEqual(yield* vended(key, token), "identity_invalid")
      assert.strictEqual(yield* vended(key), "ntn_of_the_tenant")
      assert.strictEqual(yield* vended(key, tokenOfBob), `ntn_of_${bob}`)
      assert.strictEqual(yield* vended(elsewhere.key, tokenElsewhere), "ntn_of_alice")

      const records = yield* lastRecords(tenant.id, 20)
      const about = records.filter(({ action }) => action === "user.remove" || action === "connection.revoke")
      assert.sameDeepMembers(
        about.map(({ object }) => object),
        [
          { kind: "connection", id: ofAlice },
          { kind: "connection", id: second.id },
          { kind: "user", id: alice }
        ]
      )
    })
  )

  it.effect("removed again loses what it was given since; and so does one nobody knew", () =>
    Effect.gen(function* () {
      const { app, key, tenant, within } = yield* populated
      const [bindings, users] = [yield* Bindings, yield* Users]
      const carol = UserSubject.make("carol")
      const token = yield* userToken(key, carol)
      assert.deepStrictEqual((yield* within(users.remove(carol))).revoked, [])
      assert.strictEqual(yield* vended(key, token), "identity_invalid")

      // As if she had been removed long ago, and came back.
      yield* administer(
        (sql) => sql`UPDATE broker.removed_users SET removed_at = removed_at - interval '1 day'
          WHERE tenant_id = ${tenant.id}`
      )
      const { id } = yield* within(created(pasted("test", "ntn_of_carol", carol)))
      yield* within(bindings.set(app.id, notion, id))
      assert.strictEqual(yield* vended(key, token), "ntn_of_carol")
      const again = yield* Effect.all(
        Array.from({ length: 4 }, () => within(users.remove(carol))),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        again.flatMap(({ revoked }) => revoked),
        [id]
      )
      assert.strictEqual(yield* vended(key, token), "identity_invalid")
    })
  )
})
