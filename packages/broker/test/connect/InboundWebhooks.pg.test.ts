import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Option, Redacted } from "effect"
import { HooksAddress } from "@vendodev/broker/connect/HooksAddress"
import { InboundWebhooks } from "@vendodev/broker/connect/InboundWebhooks"
import { Bindings } from "@vendodev/broker/manage/Bindings"
import { Connections } from "@vendodev/broker/manage/Connections"
import { Vault } from "@vendodev/broker/vault/Vault"
import { DisplayName } from "@vendodev/domain/Ids"
import * as Fixture from "@vendodev/testing/Fixture"
import { Administrator } from "@vendodev/testing/Postgres"
import { lastRecords } from "../manage/fixtures/managed.ts"

const hooks = Layer.succeed(HooksAddress, (id: string) => Option.some(`https://hooks.example.com/${id}`))

const webhooks = Layer.mergeAll(Administrator.layer, Vault.layer).pipe(Layer.provideMerge(Fixture.layer), Layer.orDie)

const named = (name: string) => ({ slug: "telegram", name: DisplayName.make(name) })

/** The broker of the fixture has no address; this one has, for its own. */
const withAddress = Effect.provide(InboundWebhooks, Layer.fresh(InboundWebhooks.layer).pipe(Layer.provide(hooks)))

layer(webhooks)("An inbound webhook", (it) => {
  it.effect("is created with a signing secret of its own and the address to push to", () =>
    Effect.gen(function* () {
      const { create } = yield* withAddress
      const { within } = yield* Fixture.makeTenant()
      const [one, two] = [yield* within(create(named("one"))), yield* within(create(named("two")))]
      for (const { connection, signingSecret } of [one, two]) {
        assert.deepInclude(connection, { profile: "webhook_inbound", status: "active" })
        const external = `vendo_conn_${connection.id.replaceAll("-", "")}`
        assert.deepStrictEqual(connection.metadata, { webhook: { url: `https://hooks.example.com/${external}` } })
        // As Telegram wants a secret token to be, and 256 bits of it.
        assert.match(Redacted.value(signingSecret), /^[A-Za-z0-9_-]{43}$/)
      }
      assert.notStrictEqual(Redacted.value(one.signingSecret), Redacted.value(two.signingSecret))
    })
  )

  it.effect(
    "shows its secret once: nothing that is answered, recorded or stored holds it any more, but for its box",
    () =>
      Effect.gen(function* () {
        const sql = yield* Administrator
        const [{ create }, connections, vault] = [yield* withAddress, yield* Connections, yield* Vault]
        const { tenant, within } = yield* Fixture.makeTenant()
        const { connection, signingSecret } = yield* within(create(named("one")))
        const secret = Redacted.value(signingSecret)
        const [row] = yield* sql<{
          readonly box: Uint8Array
          readonly version: number
          readonly kek: string
          readonly wrapped: Uint8Array
        }>`
        SELECT c.secret_box AS box, k.version, k.kek_id AS kek, k.wrapped FROM broker.connections c
        JOIN broker.tenant_keys k ON k.tenant_id = c.tenant_id AND k.version = c.dek_version WHERE c.id = ${connection.id}
      `
        if (row === undefined) return assert.fail("no row")
        const place = { tenant: tenant.id, connection: connection.id, secretVersion: "1" }
        const opened = yield* vault.open(place, { version: row.version, kekId: row.kek, wrapped: row.wrapped }, row.box)
        assert.strictEqual(Redacted.value(opened), secret)
        for (const shown of [
          connection,
          yield* within(connections.get(connection.id)),
          yield* lastRecords(tenant.id, 5),
          yield* sql`SELECT metadata FROM broker.connections`
        ]) {
          assert.notInclude(JSON.stringify(shown), secret)
        }
        assert.notInclude(Buffer.from(row.box).toString("latin1"), secret)
      })
  )

  it.effect("is created once: a second of its name is a conflict, for nobody can be given the first one's secret", () =>
    Effect.gen(function* () {
      const { create } = yield* withAddress
      const { within } = yield* Fixture.makeTenant()
      yield* within(create(named("one")))
      assert.strictEqual((yield* Effect.flip(within(create(named("one")))))._tag, "conflict")
      const elsewhere = { slug: "stripe", name: DisplayName.make("one") }
      assert.deepInclude(yield* Effect.flip(within(create(elsewhere))), { _tag: "validation_failed", field: "profile" })
    })
  )

  it.effect("has no address where nobody knows how this service is reached", () =>
    Effect.gen(function* () {
      const { create } = yield* InboundWebhooks
      const { within } = yield* Fixture.makeTenant()
      assert.deepStrictEqual((yield* within(create(named("one")))).connection.metadata, { webhook: {} })
    })
  )

  it.effect("is one consumer's, and its own: another of the same integration is somebody else's to bind", () =>
    Effect.gen(function* () {
      const [{ create }, bindings] = [yield* withAddress, yield* Bindings]
      const [made, other] = [yield* Fixture.makeTenant(), yield* Fixture.makeTenant()]
      for (const { app, within } of [made, other]) {
        const { connection } = yield* within(create(named("one")))
        yield* within(bindings.set(app.id, connection.slug, connection.id))
      }
    })
  )

  it.effect("takes a secret of the provider's as it ever did", () =>
    Effect.gen(function* () {
      const connections = yield* Connections
      const { within } = yield* Fixture.makeTenant()
      const profile = Option.some("webhook_inbound" as const)
      const credential = Option.some(Redacted.make("77:hook_of_the_provider"))
      const pasted = yield* within(connections.create({ ...named("one"), profile, credential }))
      assert.deepStrictEqual(pasted.metadata, { telegram_bot_id: "77" })
    })
  )
})
