/** What is of no one tenant, and so an admin token's alone. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Logger, Option, Ref, References, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { AdminTokens } from "@vendodev/broker/access/AdminTokens"
import { Doctor } from "@vendodev/broker/manage/Doctor"
import { Fuses } from "@vendodev/broker/manage/Fuses"
import { ComposioClient } from "@vendodev/broker/upstream/ComposioClient"
import { mint } from "@vendodev/broker/vault/KeyFormat"
import { Keyring } from "@vendodev/broker/vault/Keyring"
import { type ConnectionId, IntegrationSlug } from "@vendodev/domain/Ids"
import * as Fixture from "@vendodev/testing/Fixture"
import { administer, columnsOf } from "./fixtures/managed.ts"

const google = IntegrationSlug.make("google")
const gmail = IntegrationSlug.make("gmail")

/** Blown an hour ago; whatever was released is so no more. */
const blow = (slug: IntegrationSlug) =>
  administer(
    (sql) => sql`INSERT INTO broker.fuses (integration, blown_at) VALUES (${slug}, now() - interval '1 hour')
      ON CONFLICT (integration) DO UPDATE SET blown_at = excluded.blown_at, released_until = NULL`
  )

/** The upstream says for good that the account is gone: whether the connection is said to need its user. */
const flips = Effect.fn(function* (key: Redacted.Redacted, connection: ConnectionId) {
  const sql = yield* SqlClient.SqlClient
  const keyHash = (yield* Keyring).hash(key)
  yield* administer((sql) => sql`UPDATE broker.connections SET next_attempt_at = NULL WHERE id = ${connection}`)
  const { secret_version: version } = yield* columnsOf(connection)
  const [lease] = yield* sql<{ readonly outcome: string; readonly epoch: bigint }>`
    SELECT outcome, epoch FROM gate.take_lease(${keyHash}, ${connection}, ${Number(version)})
  `
  assert.strictEqual(lease?.outcome, "taken")
  const [failed] = yield* sql<{ readonly flipped: boolean }>`
    SELECT flipped FROM gate.fail_lease(${keyHash}, ${connection}, ${lease?.epoch ?? 0n}, 'dead',
      'connection_needs_reauth', 'it is gone', 'held back', NULL, '')
  `
  return failed?.flipped
})

/** What is logged by the work, with its annotations. */
const logged = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const lines: Array<string> = []
    const logger = Logger.make(({ fiber, logLevel, message }) => {
      lines.push(JSON.stringify([logLevel, message, fiber.getRef(References.CurrentLogAnnotations)]))
    })
    yield* Effect.provide(work, Logger.layer([logger]))
    return lines
  })

const strangers = Effect.sync(() =>
  ["", "vendo_at_x", Redacted.value(mint("vendo_at_"))].map((text) => Redacted.make(text))
)

layer(Fixture.layer)("A fuse", (it) => {
  it.effect("that is blown is listed with those it holds back, and released lets them through for an hour", () =>
    Effect.gen(function* () {
      const [fuses, token] = [yield* Fuses, yield* Fixture.AdminAccess]
      assert.deepStrictEqual(yield* fuses.list(token), [])
      const { connection, key } = yield* Fixture.makeManaged({ slug: google, account: "ca_first" })
      yield* blow(google)
      yield* blow(gmail)
      assert.isFalse(yield* flips(key, connection.id))
      const [first, second, ...more] = yield* fuses.list(token)
      assert.deepInclude(first, { slug: gmail, released_until: null, held: 0 })
      assert.deepInclude(second, { slug: google, released_until: null, held: 1 })
      assert.lengthOf(more, 0)

      const released = yield* fuses.release(token, google)
      assert.deepInclude(released, { slug: google, blown_at: null, held: 1 })
      assert.isNotNull(released.released_until)
      assert.deepStrictEqual((yield* fuses.list(token))[1], released)
      assert.isTrue(yield* flips(key, connection.id))
    })
  )

  it.effect("that is not blown can not be released, so that none is made blind beforehand", () =>
    Effect.gen(function* () {
      const [fuses, token] = [yield* Fuses, yield* Fixture.AdminAccess]
      yield* blow(google)
      yield* fuses.release(token, google)
      const before = yield* fuses.list(token)
      for (const slug of [google, IntegrationSlug.make("linear"), IntegrationSlug.make("nosuch")]) {
        assert.strictEqual((yield* Effect.flip(fuses.release(token, slug)))._tag, "not_found")
      }
      assert.deepStrictEqual(yield* fuses.list(token), before)
    })
  )

  it.effect("is nobody's to see or release without an admin token that is good", () =>
    Effect.gen(function* () {
      const [fuses, token] = [yield* Fuses, yield* Fixture.AdminAccess]
      yield* blow(google)
      const before = yield* fuses.list(token)
      for (const stranger of yield* strangers) {
        assert.strictEqual((yield* Effect.flip(fuses.list(stranger)))._tag, "session_required")
        assert.strictEqual((yield* Effect.flip(fuses.release(stranger, google)))._tag, "session_required")
      }
      assert.deepStrictEqual(yield* fuses.list(token), before)
    })
  )

  it.effect("released is in the log, with who did it", () =>
    Effect.gen(function* () {
      const [fuses, token, { hash }] = [yield* Fuses, yield* Fixture.AdminAccess, yield* Keyring]
      const sql = yield* SqlClient.SqlClient
      const [gate] = yield* sql<{ readonly actor: string }>`SELECT gate.admin(${hash(token)}) AS actor`
      yield* blow(google)
      const lines = yield* logged(fuses.release(token, google))
      assert.lengthOf(lines, 1)
      const [line] = lines
      for (const part of ["Warn", "a fuse was released", "google", gate?.actor ?? "?"]) assert.include(line, part)
      assert.notInclude(line, Redacted.value(token))
    })
  )
})

layer(Fixture.layer)("The doctor", (it) => {
  it.effect("looks for whoever has an admin token, and asks nobody anything for anybody else", () =>
    Effect.gen(function* () {
      const asked = yield* Ref.make(0)
      const check = Effect.as(
        Ref.update(asked, (n) => n + 1),
        { key: "accepted", maskingIsOn: Option.some(false), tokensAreMasked: Option.some(true) } as const
      )
      const composio = Layer.mock(ComposioClient, { configured: true, check })
      const doctor = yield* Effect.provide(
        Doctor,
        Doctor.layer.pipe(Layer.provide(composio), Layer.provide(AdminTokens.layer), Layer.fresh)
      )
      for (const stranger of yield* strangers) {
        assert.strictEqual((yield* Effect.flip(doctor.examineComposio(stranger)))._tag, "session_required")
      }
      assert.strictEqual(yield* Ref.get(asked), 0)
      const found = yield* doctor.examineComposio(yield* Fixture.AdminAccess)
      assert.deepInclude(found, { configured: true, reachable: true, key: "accepted", masking: "masked" })
      assert.strictEqual(yield* Ref.get(asked), 1)
    })
  )
})
