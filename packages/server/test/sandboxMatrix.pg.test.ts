import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { TestDatabase } from "@vendodev/testing/Postgres"
import { another, environment, environmentOf, makeDeployment } from "./fixtures/deployed.ts"
import { ask } from "./fixtures/boundConnections.ts"
import { userToken } from "./fixtures/runtime.ts"
import * as Service from "./fixtures/service.ts"

let bots = 6100

/** A sandbox beside a production deployment that has a bot and some pages, and an end user with a bot of her own. */
const world = Effect.gen(function* () {
  const one = yield* makeDeployment()
  const box = yield* another(one, "box", "sandbox")
  const bot = yield* Service.connectAndBind(one, "telegram", { credential: `${++bots}:bot_unsaid` })
  const free = yield* Service.connect(one.base, "telegram", { credential: `${++bots}:free_unsaid`, name: "free" })
  const hers = yield* Service.made("POST", `${one.base}/connections`, {
    slug: "telegram",
    credential: `${++bots}:hers_unsaid`,
    user: "alice"
  })
  const pages = yield* Service.connectAndBind({ ...one, app: box.app }, "notion", { credential: "ntn_shared" })
  return { one, box, bots: [bot, free, hers.id], pages }
})
type World = Effect.Success<typeof world>

/** Every way in which a credential leaves the service, asked with the key of the sandbox, for itself and for its user. */
const routes = Effect.fnUntraced(function* ({ box: { key } }: World) {
  const alice = { "X-Vendo-User-JWT": yield* userToken(key, "alice") }
  return {
    "its slug": yield* Service.vend("telegram", key),
    "its slug, for a user": yield* Service.vend("telegram", key, alice),
    "its variable": yield* Service.vend("v1/TELEGRAM_BOT_TOKEN", key),
    "its variable, for a user": yield* Service.vend("v1/TELEGRAM_BOT_TOKEN", key, alice),
    "many at once": yield* Service.vend("_bulk?slugs=telegram,notion", key),
    "many at once, for a user": yield* Service.vend("_bulk?slugs=telegram,notion", key, alice),
    "the list": yield* ask(key),
    "the list, as a sandbox": yield* ask(key, { query: "?sandbox=1" }),
    "the list, for a user": yield* ask(key, { headers: alice }),
    "the environment": yield* environment(key)
  }
})

const staysAway = Effect.fnUntraced(function* (all: World, when: string) {
  const answers = yield* routes(all)
  for (const [route, { body }] of Object.entries(answers)) assert.notInclude(body, "_unsaid", `${route}, ${when}`)
  // What anybody may have is there: the routes were asked for something.
  for (const route of ["many at once", "the list", "the list, as a sandbox", "the environment"] as const) {
    assert.include(answers[route].body, "ntn_shared", `${route}, ${when}`)
  }
  const { variables } = yield* environmentOf(answers["the environment"])
  assert.deepStrictEqual(
    Object.keys(variables).filter((name) => name.startsWith("TELEGRAM")),
    []
  )
})

/** A row as an administrator would force it in, and what the database says. */
const forced = Effect.fnUntraced(function* (statement: string) {
  const { asAdmin } = yield* TestDatabase
  return yield* asAdmin(
    Effect.flatMap(SqlClient.SqlClient, (sql) =>
      sql.unsafe(statement).pipe(
        Effect.as("done"),
        Effect.catch(() => Effect.succeed("refused"))
      )
    )
  )
})

layer(Service.layer(), { excludeTestServices: true })("An exclusive credential comes to no sandbox", (it) => {
  it.effect("by any route, whatever it asks", () => Effect.flatMap(world, (all) => staysAway(all, "as it is")))

  it.effect("by any request of whoever manages it", () =>
    Effect.gen(function* () {
      const all = yield* world
      const { bots, box, one } = all
      for (const connection of bots) {
        assert.include([403, 409], (yield* Service.bind(one.base, box.app, "telegram", connection)).status)
      }
      for (const force of [false, true]) {
        const { status } = yield* Service.managed("POST", `${one.base}/bindings/telegram/move`, { to: box.app, force })
        assert.strictEqual(status, 403)
      }
      yield* staysAway(all, "after all requests")
    })
  )

  it.effect("by any row, as far as the database lets one in", () =>
    Effect.gen(function* () {
      const all = yield* world
      const { bots, box, one } = all
      const lies = [
        {},
        { app_kind: "'production'" },
        { exclusive: "false" },
        { exclusive: "false", app_kind: "'production'" },
        { slot: "sha256('another')" },
        { integration: "'notion'" },
        { integration: "'notion'", exclusive: "false" },
        { user_subject: "'alice'" },
        { user_subject: "''" }
      ]
      for (const connection of bots) {
        for (const lie of lies) {
          const said = {
            app_kind: "'sandbox'",
            exclusive: "exclusive",
            slot: "slot",
            integration: "integration",
            ...lie
          }
          const row = { user_subject: "user_subject", ...said }
          const done = yield* forced(`
            INSERT INTO broker.app_connection_bindings
              (tenant_id, app_id, app_kind, connection_id, integration, exclusive, slot, user_subject)
            SELECT tenant_id, '${box.app}', ${row.app_kind}, id, ${row.integration}, ${row.exclusive}, ${row.slot},
              ${row.user_subject} FROM broker.connections WHERE id = '${connection}'`)
          assert.strictEqual(done, "refused", JSON.stringify(lie))
        }
      }
      // Who has one does not become a sandbox, nor does a sandbox get one by what another had.
      const rows = [
        `UPDATE broker.apps SET kind = 'sandbox' WHERE id = '${one.app}'`,
        `UPDATE broker.app_connection_bindings SET app_id = '${box.app}' WHERE app_id = '${one.app}'`,
        `UPDATE broker.app_connection_bindings SET app_id = '${box.app}', app_kind = 'sandbox' WHERE app_id = '${one.app}'`,
        `UPDATE broker.app_connection_bindings SET connection_id = '${bots[1]}' WHERE app_id = '${box.app}'`,
        `UPDATE broker.connections SET exclusive = false WHERE integration = 'telegram'`
      ]
      for (const row of rows) assert.strictEqual(yield* forced(row), "refused", row)
      yield* staysAway(all, "after all rows")
    })
  )
})
