/** Two processes on one database, and simulated upstreams on sockets for them to tell. */
import { assert, layer } from "@effect/vitest"
import { Array, Context, Effect, Layer, Schedule, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { randomBytes } from "node:crypto"
import * as FakeComposio from "@vendodev/simulator/FakeComposio"
import * as FakeProviders from "@vendodev/simulator/FakeProviders"
import { listen } from "@vendodev/simulator/listen"
import { TestDatabase } from "@vendodev/testing/Postgres"
import * as ServerProcess from "@vendodev/testing/ServerProcess"
import { administer } from "./edges/administer.ts"
import { call } from "./fixtures/client.ts"
import * as Service from "./fixtures/service.ts"
import { scanner } from "./secrets/canaries.ts"
import { dump } from "./secrets/dump.ts"

class Upstreams extends Context.Service<
  Upstreams,
  { readonly composio: FakeComposio.FakeComposio; readonly providers: FakeProviders.FakeProviders }
>()("@vendodev/server/test/Upstreams") {}

const upstreams = Effect.gen(function* () {
  const [composio, providers] = [yield* FakeComposio.make(), yield* FakeProviders.make()]
  const [toComposio, toProviders] = [yield* listen(composio), yield* listen(providers)]
  const { apiKey } = yield* composio.settings
  const settings = {
    COMPOSIO_BASE_URL: toComposio.baseUrl,
    COMPOSIO_API_KEY: apiKey,
    VENDO_PROVIDERS_URL: toProviders.baseUrl
  }
  return { composio, providers, settings }
})

const world = Layer.unwrap(
  Effect.map(upstreams, ({ composio, providers, settings }) =>
    Layer.merge(Layer.succeed(Upstreams, { composio, providers }), Service.layer(settings))
  )
)

const Removed = Schema.fromJsonString(
  Schema.Struct({
    upstream: Schema.Struct({ outcome: Schema.String }),
    connection: Schema.Struct({ status: Schema.String })
  })
)
const Listed = Schema.fromJsonString(
  Schema.Struct({
    revocations: Schema.Array(
      Schema.Struct({
        connection_id: Schema.String,
        state: Schema.String,
        attempts: Schema.Int,
        code: Schema.NullOr(Schema.String)
      })
    )
  })
)

/** What another process does in its own time. */
const eventually = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.retry(effect, { times: 1_000, schedule: Schedule.spaced("20 millis") })

let bots = 70_000

/** A bot whose token has a part that is found in no other text. */
const connectBot = Effect.fnUntraced(function* (base: string) {
  const { providers } = yield* Upstreams
  const id = String(++bots)
  const secret = randomBytes(24).toString("hex")
  const { token } = yield* providers.putBot({ id, token: `${id}:${secret}` })
  return { bot: id, secret, connection: yield* Service.connect(base, "telegram", { credential: token, name: id }) }
})

const remove = Effect.fnUntraced(function* (port: number, base: string, connection: string) {
  const { adminToken } = yield* Service.Service
  const path = `/api${base}/connections/${connection}`
  const { text } = yield* call(port, { method: "DELETE", path, bearer: adminToken })
  return Schema.decodeUnknownSync(Removed)(text)
})

const unconfirmed = Effect.fnUntraced(function* (base: string) {
  const { body } = yield* Service.managed("GET", `${base}/revocations`)
  return Schema.decodeUnknownSync(Listed)(body).revocations
})

const allConfirmed = (base: string) => eventually(Effect.filterOrFail(unconfirmed(base), ({ length }) => length === 0))

const told = (bot: string) =>
  Effect.flatMap(Upstreams, ({ providers }) => providers.calls({ route: "telegram.deleteWebhook", account: bot }))

/** Until a process waits for the answer. */
const underWay = (bot: string, calls: number) =>
  eventually(Effect.filterOrFail(told(bot), (made) => made.length === calls && made.at(-1)?.outcome === "pending"))

layer(world, { excludeTestServices: true })("An upstream, over the wire", (it) => {
  // Whoever worked has just lain down again, for much longer than is waited here.
  it.effect("is told at once, time after time", () =>
    Effect.gen(function* () {
      const { port } = yield* Service.Service
      const { base } = yield* Service.makeTenant
      for (const _ of Array.range(1, 3)) {
        const { bot, connection } = yield* connectBot(base)
        yield* remove(port, base, connection)
        yield* allConfirmed(base)
        assert.lengthOf(yield* told(bot), 1)
      }
    })
  )

  it.effect(
    "is told within moments by whichever process hears of it, and nothing of the credential is left",
    () =>
      Effect.gen(function* () {
        const { composio, providers } = yield* Upstreams
        const { environment, port, server } = yield* Service.Service
        const second = yield* ServerProcess.start(environment)
        const { base } = yield* Service.makeTenant
        const made = yield* Effect.forEach(Array.range(1, 12), () => connectBot(base))
        yield* composio.putAccount("ca_wire", { toolkit: "google" })
        const linked = (yield* Service.made("POST", `${base}/connections`, {
          slug: "google",
          profile: "composio_managed",
          composio_account_id: "ca_wire"
        })).id
        for (const [i, { bot }] of made.entries()) {
          // Every second one fails first: with an error, or in the middle of its answer.
          if (i % 4 === 1) yield* providers.addFaults({ account: bot, times: 2, status: 500, body: "error" })
          if (i % 4 === 3) yield* providers.addFaults({ account: bot, times: 1, delivery: "reset-after-headers" })
        }
        yield* Effect.forEach(
          [...made.map(({ connection }) => connection), linked],
          (connection, i) =>
            Effect.gen(function* () {
              const { connection: left, upstream } = yield* remove(i % 2 === 0 ? port : second.port, base, connection)
              assert.deepStrictEqual([left.status, upstream.outcome], ["revoked", "revoked"])
            }),
          { concurrency: "unbounded" }
        )
        yield* eventually(
          Effect.andThen(
            administer(backAtOnce, wake),
            Effect.filterOrFail(unconfirmed(base), ({ length }) => length === 0)
          )
        )
        for (const [i, { bot }] of made.entries()) {
          const statuses = (yield* told(bot)).map(({ outcome, status }) => (outcome === "answered" ? status : outcome))
          assert.strictEqual(statuses.at(-1), 200)
          assert.strictEqual(statuses.length, [1, 3, 1, 2][i % 4])
        }
        assert.deepStrictEqual(
          (yield* composio.calls({ account: "ca_wire" })).map(({ route, status }) => [route, status]),
          [
            ["revoke", 200],
            ["delete", 200]
          ]
        )
        const scan = scanner(made.map(({ bot, secret }) => ({ what: `the token of ${bot}`, secret })))
        const { asAdmin } = yield* TestDatabase
        assert.deepStrictEqual(scan((yield* asAdmin(dump)).join("\n")), [])
        assert.deepStrictEqual(scan(server.output() + second.output()), [])
        yield* isEmptied(base)
      }).pipe(Effect.scoped),
    120_000
  )

  it.effect(
    "is told by another process when the one that was at it is killed, once its claim has run out",
    () =>
      Effect.gen(function* () {
        const { providers } = yield* Upstreams
        const { environment } = yield* Service.Service
        const { base } = yield* Service.makeTenant
        const victim = yield* ServerProcess.start(environment)
        yield* Effect.forEach(Array.range(1, 4), () =>
          Effect.gen(function* () {
            const { bot, connection } = yield* connectBot(base)
            yield* providers.addFaults({ account: bot, times: 1, delivery: "never" })
            yield* remove(victim.port, base, connection)
            yield* underWay(bot, 1)
          })
        )
        // Whichever process each of them is at: it is as if all had died there, and one has.
        yield* ServerProcess.stop(victim.child, "SIGKILL")
        const held = yield* unconfirmed(base)
        assert.lengthOf(held, 4)
        for (const row of held) assert.deepInclude(row, { state: "queued", attempts: 1 })
        yield* administer(`UPDATE broker.revocations SET next_attempt_at = now() WHERE state = 'queued'`, wake)
        yield* allConfirmed(base)
        yield* isEmptied(base)
      }).pipe(Effect.scoped),
    120_000
  )

  it.effect(
    "is told by another process at once when the one that was at it is stopped",
    () =>
      Effect.gen(function* () {
        const { providers } = yield* Upstreams
        const { environment, server } = yield* Service.Service
        const { base } = yield* Service.makeTenant
        const leaving = yield* ServerProcess.start(environment)
        const { bot, connection } = yield* connectBot(base)
        yield* providers.addFaults({ account: bot, times: 1, delivery: "never" })
        // The other process does not hear of it: whoever is stopped is the one that is at it.
        yield* Effect.sync(() => server.child.kill("SIGSTOP"))
        // Nor may it go on before it is seen what was left to it.
        const [left] = yield* remove(leaving.port, base, connection).pipe(
          Effect.andThen(underWay(bot, 1)),
          Effect.andThen(ServerProcess.stop(leaving.child)),
          Effect.andThen(leftOf(connection)),
          Effect.ensuring(Effect.sync(() => server.child.kill("SIGCONT")))
        )
        assert.deepStrictEqual(left, { state: "queued", code: "interrupted" })
        yield* administer(wake)
        yield* allConfirmed(base)
        assert.lengthOf(yield* told(bot), 2)
      }).pipe(Effect.scoped),
    60_000
  )
})

/** What became of a connection's revocation, as the administrator sees it: no process is asked. */
const leftOf = Effect.fnUntraced(function* (connection: string) {
  const { asAdmin } = yield* TestDatabase
  return yield* asAdmin(
    Effect.flatMap(
      SqlClient.SqlClient,
      (sql) => sql`SELECT state, code FROM broker.revocations WHERE connection_id = ${connection}`
    )
  )
})

/** Nobody waits for what failed to be due again. A claim that is held is for longer than that, and stays. */
const backAtOnce = `UPDATE broker.revocations SET next_attempt_at = now()
  WHERE state = 'queued' AND next_attempt_at BETWEEN now() AND now() + interval '20 seconds'`

/** The word that is spoken when one is queued. */
const wake = `SELECT pg_notify('vendo_events', 'revocations')`

const isEmptied = Effect.fnUntraced(function* (base: string) {
  const tenant = base.slice("/tenants/".length)
  yield* administer(`DO $$ BEGIN
    IF EXISTS (SELECT FROM broker.revocations WHERE tenant_id = '${tenant}' AND secret_box IS NOT NULL) THEN
      RAISE EXCEPTION 'a credential is left in the queue';
    END IF;
  END $$`)
})
