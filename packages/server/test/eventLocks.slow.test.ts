import { assert, layer } from "@effect/vitest"
import { Array, Effect } from "effect"
import { SqlClient } from "effect/sql"
import { TestDatabase } from "@vendodev/testing/Postgres"
import { start } from "@vendodev/testing/ServerProcess"
import { administer } from "./edges/administer.ts"
import { type Answered, call } from "./fixtures/client.ts"
import * as Composio from "./fixtures/composio.ts"
import { listen } from "./fixtures/listening.ts"
import * as Service from "./fixtures/service.ts"
import type { NoAnswer } from "./fixtures/wire.ts"

const rounds = 40

/** How often the database had to break up transactions that waited for each other. */
const deadlocks = Effect.gen(function* () {
  const { asAdmin } = yield* TestDatabase
  const [row] = yield* asAdmin(
    Effect.flatMap(
      SqlClient.SqlClient,
      (sql) => sql<{ readonly n: number }>`
        SELECT deadlocks::int AS n FROM pg_stat_database WHERE datname = current_database()
      `
    )
  )
  return row?.n
})

layer(Composio.layer(), { excludeTestServices: true })("The locks of one tenant", (it) => {
  it.effect(
    "are taken in one order: vends, refreshes, bindings and revocations on two nodes never wait in a circle",
    () =>
      Effect.gen(function* () {
        const { adminToken, environment, port, server } = yield* Service.Service
        const other = yield* start(environment)
        const nodes = [port, other.port]
        const tenant = yield* Service.makeTenant
        const { connection: account } = yield* Composio.connectAccount(tenant, "google")
        const one = yield* Service.connectAndBind(tenant, "notion", { credential: "one", name: "one" })
        const two = yield* Service.connect(tenant.base, "notion", { credential: "two", name: "two" })
        const listening = yield* listen(server.baseUrl, tenant.key, { after: "0" })

        const manage = (n: number, method: string, path: string, body?: unknown) =>
          call(nodes[n % 2] ?? port, { method, path: `/api${tenant.base}${path}`, bearer: adminToken, body })
        const vend = (n: number, slug: string) =>
          call(nodes[n % 2] ?? port, { method: "GET", path: `/credentials/${slug}`, bearer: tenant.key })
        const stale = `UPDATE broker.connections SET token_fresh_until = now(), token_valid_until = now(), next_attempt_at = NULL`
        const binding = `/apps/${tenant.app}/bindings/notion`
        const lanes: ReadonlyArray<(n: number) => Effect.Effect<Answered, NoAnswer, Service.Service | TestDatabase>> = [
          (n: number) => vend(n, "google"),
          (n: number) => vend(n + 1, "notion"),
          (n: number) =>
            Effect.andThen(
              administer(`${stale} WHERE id = '${account}' AND secret_box IS NOT NULL`),
              vend(n, "google")
            ),
          (n: number) => manage(n, "PUT", binding, { connection_id: n % 2 === 0 ? one : two }),
          (n: number) => manage(n + 1, "PUT", binding, { connection_id: n % 3 === 0 ? one : two }),
          (n: number) => (n % 4 === 0 ? manage(n, "DELETE", binding) : vend(n, "notion")),
          (n: number) =>
            Effect.flatMap(Service.connect(tenant.base, "slack", { credential: `s${n}`, name: `s${n}` }), (id) =>
              Effect.andThen(
                manage(n, "PUT", `/apps/${tenant.app}/bindings/slack`, { connection_id: id }),
                manage(n + 1, "DELETE", `/connections/${id}`)
              )
            ),
          (n: number) =>
            manage(n, "POST", `/connections/${account}/reconnect`, { composio_account_id: `ca_google_${1 + (n % 2)}` }),
          (n: number) => manage(n, "DELETE", `/users/user-${n % 3}`)
        ]
        const answers = yield* Effect.forEach(lanes, (lane) => Effect.forEach(Array.range(1, rounds), lane), {
          concurrency: "unbounded"
        })
        for (const { code, text } of answers.flat()) assert.notInclude(["unavailable", "internal_error"], code, text)
        assert.strictEqual(yield* deadlocks, 0)

        // Whatever the order was, every id came once.
        yield* Service.connectAndBind(tenant, "stripe", { credential: "last" })
        yield* listening.said("stripe")
        const ids = (yield* listening.heard(1)).map(({ id }) => Number(id))
        assert.deepStrictEqual(ids, Array.range(1, ids.length))
      })
  )
})
