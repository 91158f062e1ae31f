import { assert, layer } from "@effect/vitest"
import { DateTime, Deferred, Effect, Fiber, Option, Redacted, Schema } from "effect"
import { SqlClient } from "effect/sql"
import type { InTenant } from "@vendodev/broker/database/Tenancy"
import { AppKeys } from "@vendodev/broker/manage/AppKeys"
import { Apps } from "@vendodev/broker/manage/Apps"
import { Bindings } from "@vendodev/broker/manage/Bindings"
import { Connections } from "@vendodev/broker/manage/Connections"
import { Tenants } from "@vendodev/broker/manage/Tenants"
import { mint } from "@vendodev/broker/vault/KeyFormat"
import { CredentialResolver } from "@vendodev/broker/vend/CredentialResolver"
import { ConnectionId, DisplayName, IntegrationSlug, Slug, type TenantId } from "@vendodev/domain/Ids"
import { RequestId } from "@vendodev/domain/RequestId"
import * as Fixture from "@vendodev/testing/Fixture"
import { TestDatabase } from "@vendodev/testing/Postgres"
import { insideThenUndone, refusal } from "../database/session.ts"

const notion = IntegrationSlug.make("notion")
const secret = "ntn_never_in_a_log"
const bound = Fixture.makeBound({ slug: notion, credential: secret })
type Bound = Effect.Success<typeof bound>

const Body = Schema.Record(Schema.String, Schema.Json)

/** All records of a tenant, as its administrator reads them. */
const recordsOf = Effect.fn(function* (tenant: TenantId) {
  const { asAdmin } = yield* TestDatabase
  const rows = yield* asAdmin(
    Effect.flatMap(
      SqlClient.SqlClient,
      (sql) => sql<{ readonly body: unknown }>`SELECT body FROM broker.audit WHERE tenant_id = ${tenant} ORDER BY seq`
    )
  )
  return yield* Effect.forEach(rows, ({ body }) => Schema.decodeUnknownEffect(Body)(body))
})

/** What `work` adds to the log of a tenant, and whether it failed. */
const recordedBy = Effect.fn(function* <A, E, R>(tenant: TenantId, work: Effect.Effect<A, E, R>) {
  const before = (yield* recordsOf(tenant)).length
  const failed = yield* Effect.isFailure(work)
  return { failed, records: (yield* recordsOf(tenant)).slice(before) }
})

const paste = (name: string, credential = secret) => ({
  slug: notion,
  name: DisplayName.make(name),
  profile: Option.none(),
  credential: Option.some(Redacted.make(credential))
})

/** Every change there is, and what it says in the log. Each is made once; the second time it changes nothing. */
const changes = Effect.fn(function* ({ app, connection, record, within }: Bound) {
  const [apps, bindings, connections, keys] = [yield* Apps, yield* Bindings, yield* Connections, yield* AppKeys]
  const second = yield* within(connections.create(paste("second")))
  const done = <A, E>(change: InTenant<A, E>) => Effect.asVoid(Effect.orDie(within(change)))
  return [
    ["app.create", done(apps.create({ slug: Slug.make("new"), name: DisplayName.make("New"), kind: "sandbox" }))],
    ["connection.create", done(connections.create(paste("new")))],
    ["binding.set", done(bindings.set(app.id, notion, second.id))],
    ["binding.remove", done(bindings.remove(app.id, notion))],
    ["key.revoke", done(keys.revoke(record.id))],
    ["connection.revoke", done(connections.revoke(connection.id))]
  ] as const
})

const ask = Effect.fn(function* (
  key: Redacted.Redacted,
  more: { readonly slug?: string; readonly userJwt?: string; readonly connection?: ConnectionId } = {}
) {
  const resolver = yield* CredentialResolver
  const { token } = yield* resolver.resolve({
    key: Option.some(key),
    slug: more.slug ?? notion,
    userJwt: Option.map(Option.fromUndefinedOr(more.userJwt), (jwt) => Redacted.make(jwt)),
    connection: Option.fromUndefinedOr(more.connection)
  })
  return Redacted.value(token)
})

layer(Fixture.layer)("The audit log", (it) => {
  it.effect("has one record of every change, and none of what changed nothing", () =>
    Effect.gen(function* () {
      const made = yield* bound
      const { app, tenant, within } = made
      const token = yield* Fixture.AdminAccess
      const [tenants, keys] = [yield* Tenants, yield* AppKeys]
      const actions = (yield* recordsOf(tenant.id)).map(({ action }) => action)
      assert.deepStrictEqual(actions, ["tenant.create", "app.create", "connection.create", "binding.set", "key.mint"])

      for (const [action, change] of yield* changes(made)) {
        const request = crypto.randomUUID()
        const first = yield* recordedBy(tenant.id, Effect.provideService(change, RequestId, request))
        assert.strictEqual(first.records.length, 1, action)
        assert.deepInclude(first.records[0], { action, outcome: "done", request })
        assert.deepStrictEqual((yield* recordedBy(tenant.id, change)).records, [], action)
      }
      // A key is another one each time.
      const minted = yield* recordedBy(tenant.id, within(keys.mint({ app: app.id }, Option.none())))
      assert.deepStrictEqual(
        minted.records.map(({ action }) => action),
        ["key.mint"]
      )
      const again = yield* recordedBy(tenant.id, tenants.create(token, tenant))
      assert.deepStrictEqual(again, { failed: false, records: [] })
    })
  )

  it.effect("has no record of a change that failed", () =>
    Effect.gen(function* () {
      const { app, connection, tenant, within } = yield* bound
      const [apps, bindings, connections] = [yield* Apps, yield* Bindings, yield* Connections]
      const absent = ConnectionId.make(crypto.randomUUID())
      const failing = [
        Effect.isFailure(within(apps.create({ ...app, name: DisplayName.make("Other") }))),
        Effect.isFailure(within(connections.create(paste("test", "ntn_other")))),
        Effect.isFailure(within(bindings.set(app.id, notion, absent))),
        // Recorded, and then undone with everything else.
        Effect.isFailure(
          within(Effect.andThen(connections.revoke(connection.id), bindings.set(app.id, notion, absent)))
        )
      ]
      for (const work of failing) {
        assert.isTrue(yield* work)
        assert.deepStrictEqual((yield* recordedBy(tenant.id, work)).records, [])
      }
    })
  )

  it.effect("has one record of every vend and of every denial, with its outcome", () =>
    Effect.gen(function* () {
      const { connection, key, record, tenant, within } = yield* bound
      const [connections, keys] = [yield* Connections, yield* AppKeys]
      const expired = yield* within(keys.mint({ connection: connection.id }, Option.some(yield* DateTime.now)))
      const elsewhere = ConnectionId.make(crypto.randomUUID())
      const asked = [
        ["granted", ask(key)],
        ["granted", ask(key, { connection: connection.id })],
        ["binding_missing", ask(key, { connection: elsewhere })],
        ["binding_missing", ask(key, { slug: "openai" })],
        ["provider_unknown", ask(key, { slug: "no-such" })],
        ["identity_invalid", ask(key, { userJwt: "x.y.z" })],
        ["app_expired", ask(expired.key)],
        ["connection_revoked", Effect.andThen(within(connections.revoke(connection.id)), ask(key))],
        ["app_revoked", Effect.andThen(within(keys.revoke(record.id)), ask(key))]
      ] as const
      for (const [outcome, vend] of asked) {
        const request = crypto.randomUUID()
        const { records } = yield* recordedBy(tenant.id, Effect.provideService(vend, RequestId, request))
        const vends = records.filter(({ action }) => action === "vend")
        assert.strictEqual(vends.length, 1, outcome)
        assert.deepInclude(vends[0], { outcome, request })
      }
    })
  )

  it.effect("says of a grant and of a denial who asked for what", () =>
    Effect.gen(function* () {
      const { app, connection, key, record, tenant } = yield* bound
      const { records } = yield* recordedBy(
        tenant.id,
        Effect.andThen(ask(key), Effect.exit(ask(key, { slug: "slack" })))
      )
      const who = { action: "vend", key: record.id, app: app.id }
      assert.deepInclude(records[0], {
        ...who,
        outcome: "granted",
        integration: notion,
        connection: connection.id,
        secret_version: 1
      })
      assert.deepInclude(records[1], { ...who, outcome: "binding_missing", integration: "slack", connection: null })
    })
  )

  it.effect("has both when what was granted could not be handed out", () =>
    Effect.gen(function* () {
      const { key, tenant } = yield* Fixture.makeBound({
        slug: "telegram",
        credential: "77:a_signing_secret",
        profile: "webhook_inbound"
      })
      const { failed, records } = yield* recordedBy(tenant.id, ask(key, { slug: "telegram" }))
      assert.isTrue(failed)
      assert.deepStrictEqual(
        records.map(({ outcome }) => outcome),
        ["granted", "profile_unsupported"]
      )
    })
  )

  it.effect("is of the tenant whose key asked, and a key nobody issued has none", () =>
    Effect.gen(function* () {
      const [mine, theirs] = [yield* bound, yield* bound]
      const { records } = yield* recordedBy(
        mine.tenant.id,
        Effect.andThen(ask(theirs.key), Effect.exit(ask(mint("vendo_sk_"))))
      )
      assert.deepStrictEqual(records, [])
    })
  )

  it.effect("holds no secret", () =>
    Effect.gen(function* () {
      const { key, tenant } = yield* bound
      yield* ask(key)
      const text = JSON.stringify(yield* recordsOf(tenant.id))
      assert.notInclude(text, secret)
      assert.notInclude(text, Redacted.value(key))
    })
  )

  it.effect("can be neither written, changed nor shortened by the server's own hand", () =>
    Effect.gen(function* () {
      const { tenant } = yield* bound
      const sql = yield* SqlClient.SqlClient
      const tries = [
        sql`INSERT INTO broker.audit SELECT tenant_id, seq + 100, at, body, hash FROM broker.audit`,
        sql`UPDATE broker.audit SET body = '{}'`,
        sql`DELETE FROM broker.audit`,
        sql`UPDATE broker.audit_heads SET seq = 0`,
        sql`SELECT gate.append(ARRAY[${tenant.id}::uuid], ARRAY['{}'::jsonb])`
      ]
      for (const attempt of tries) {
        assert.strictEqual((yield* insideThenUndone(tenant.id, refusal(attempt))).code, "42501")
      }
    })
  )

  it.effect("of several changes it holds each, in their order, and until the last is made nobody waits for it", () =>
    Effect.gen(function* () {
      const { connection, tenant, within } = yield* bound
      const [apps, connections] = [yield* Apps, yield* Connections]
      const [made, goOn] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const create = (slug: string) =>
        apps.create({ slug: Slug.make(slug), name: DisplayName.make(slug), kind: "production" })
      const work = Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(
          within(
            Effect.gen(function* () {
              yield* create("first")
              yield* Deferred.succeed(made, undefined)
              yield* Deferred.await(goOn)
              yield* create("second")
            })
          )
        )
        yield* Deferred.await(made)
        // It writes to the log of the same tenant, and is done before the other is.
        yield* within(connections.revoke(connection.id))
        yield* Deferred.succeed(goOn, undefined)
        yield* Fiber.join(fiber)
      })
      const { failed, records } = yield* recordedBy(tenant.id, work)
      assert.isFalse(failed)
      assert.deepStrictEqual(
        records.map(({ action }) => action),
        ["connection.revoke", "app.create", "app.create"]
      )
    })
  )
})
