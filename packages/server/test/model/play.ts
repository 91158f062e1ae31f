/** Plays operations against the real server and its model, and compares after each. */
import { assert } from "@effect/vitest"
import { Cause, Effect, Random, Redacted, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { mint } from "@vendodev/broker/vault/KeyFormat"
import { errorTable } from "@vendodev/domain/BrokerError"
import { TestDatabase } from "@vendodev/testing/Postgres"
import { type Answered, call } from "../fixtures/client.ts"
import { Service } from "../fixtures/service.ts"
import { Chooser, furnish, integrations, sweep, tenantCount } from "./choose.ts"
import { type Operation, toCall } from "./operations.ts"
import { type Outcome, predict } from "./predict.ts"
import { canaries, World } from "./World.ts"

const statuses = new Map<string, number>(errorTable.map(({ code, status }) => [code, status]))
const uuids = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

const readError = Schema.decodeUnknownSync(
  Schema.fromJsonString(
    Schema.Struct({
      error: Schema.String,
      detail: Schema.String,
      field: Schema.optionalKey(Schema.String),
      bound_to: Schema.optionalKey(Schema.Json)
    })
  )
)

/** Status, code and body as predicted; no id and no secret but those of the tenant asked for. */
const compare = (world: World, operation: Operation, outcome: Outcome, { code, status, text }: Answered) => {
  if ("code" in outcome) {
    assert.deepStrictEqual({ code, status }, { code: outcome.code, status: statuses.get(outcome.code) ?? 0 })
    const { bound_to, detail, error, field } = readError(text)
    assert.strictEqual(error, outcome.code.replaceAll("_", " "))
    if (outcome.detail !== undefined) assert.strictEqual(detail, outcome.detail)
    assert.strictEqual(field, outcome.field)
    assert.deepStrictEqual(bound_to, outcome.bound_to)
  } else {
    assert.deepStrictEqual({ code, status }, { code: null, status: outcome.status })
    outcome.learn(text)
  }

  const owner = operation.do === "vend" ? world.key(operation.key)?.tenant : undefined
  const marks = [...text.matchAll(canaries)].map(([, tenant]) => world.tenants[Number(tenant)])
  assert.isTrue(
    marks.every((tenant) => tenant === owner && tenant !== undefined),
    "a secret of another tenant"
  )

  const tenant = "tenant" in operation ? world.tenant(operation.tenant) : undefined
  const named = new Set<unknown>(Object.values(operation))
  const shown = tenant === undefined ? new Set<string>() : world.idsOf(tenant)
  const isOfTenants = operation.do === "listTenants" || operation.do === "createTenant"
  for (const [id] of isOfTenants ? [] : text.matchAll(uuids)) {
    assert.isTrue(shown.has(id) || named.has(id), `an id of another tenant: ${id}`)
  }
}

/** What happens to rows by other ways than these routes: time passes, an account is lost, an operator steps in. */
const befall = Effect.fnUntraced(function* (world: World, choose: Chooser) {
  const sql = yield* SqlClient.SqlClient
  const tenant = choose.of(world.tenants)
  const key = choose.of(tenant?.keys ?? [])
  const connection = choose.of(tenant?.connections ?? [])
  const what = choose.below(4)
  if (what < 2 && connection !== undefined && connection.status !== "revoked") {
    connection.status = connection.status === "active" ? "needs_reauth" : "active"
    yield* sql`UPDATE broker.connections SET status = ${connection.status} WHERE id = ${connection.id}`
  } else if (what === 2 && key !== undefined) {
    key.isExpired = true
    yield* sql`UPDATE broker.app_keys SET expires_at = created_at WHERE id = ${key.id}`
  } else if (what === 3) {
    // One at a time, or soon little would be vended.
    const changed = world.tenants.find(({ isSuspended }) => isSuspended) ?? tenant
    if (changed === undefined) return
    changed.isSuspended = !changed.isSuspended
    yield* sql`UPDATE broker.tenants SET status = ${changed.isSuspended ? "suspended" : "active"} WHERE id = ${changed.id}`
  }
})

/** Plays at least that many operations and answers how many it were. What fails names seed, step and operation. */
export const play = Effect.fn("play")(function* (operations: number, seed: string) {
  const { adminToken, port } = yield* Service
  const { asAdmin } = yield* TestDatabase
  const random = yield* Random.Random.pipe(Random.withSeed(seed))
  const world = new World()
  const choose = new Chooser(world, () => random.nextDoubleUnsafe())
  const strangers = ["", "not a token", Redacted.value(mint("vendo_at_"))]
  let played = 0

  const step = Effect.fnUntraced(function* (operation: Operation, bearer = adminToken) {
    played++
    const request = toCall(operation)
    const isManagement = operation.do !== "vend"
    const answered = yield* call(port, isManagement ? { ...request, bearer } : request)
    const outcome: Outcome =
      isManagement && bearer !== adminToken ? { code: "session_required" } : predict(world, operation)
    yield* Effect.sync(() => compare(world, operation, outcome, answered)).pipe(
      Effect.catchCause((cause) => {
        const where = `VENDO_TEST_SEED=${seed}, operation ${played}: ${JSON.stringify(operation)}`
        const message = `${where}\nanswered ${answered.status} ${answered.text}\n${String(Cause.squash(cause))}`
        return Effect.die(new Error(message))
      })
    )
  })

  const everything = Effect.gen(function* () {
    yield* step({ do: "listTenants" })
    for (const { apps, id: tenant, keys } of world.tenants) {
      for (const list of ["listApps", "listConnections", "listKeys"] as const) yield* step({ do: list, tenant })
      yield* step({ do: "listConnectionsOf", tenant, user: "alice" })
      for (const { id: app } of apps) yield* step({ do: "listBindings", tenant, app })
      for (const { text: key } of keys) {
        for (const slug of integrations) {
          yield* step({ do: "vend", key, slug, variable: undefined, connection: undefined })
        }
      }
    }
  })

  yield* asAdmin(
    Effect.gen(function* () {
      for (let i = 0; i < tenantCount; i++) yield* step({ do: "createTenant", slug: `t-${i}`, name: "Acme" })
      for (const [i, tenant] of world.tenants.entries()) {
        for (const operation of furnish(tenant, i)) yield* step(operation)
        for (const { id: app } of tenant.apps) yield* step({ do: "mintAppKey", tenant: tenant.id, app })
      }
      const [mine, theirs] = world.tenants
      if (mine === undefined || theirs === undefined) return assert.fail("no tenants")
      for (const operation of sweep(mine, theirs)) yield* step(operation)
      for (let i = 0; i < operations; i++) {
        if (choose.chance(3)) yield* befall(world, choose)
        yield* step(choose.operation(), choose.chance(3) ? (choose.of(strangers) ?? "") : adminToken)
      }
      yield* everything
    })
  )
  return played
})
