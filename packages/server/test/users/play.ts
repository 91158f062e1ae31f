/** Plays operations against two real processes and their model, and compares after each. */
import { assert } from "@effect/vitest"
import { Cause, Clock, Effect, Random, Redacted, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { IssuedUserToken } from "@vendodev/api/RuntimeGroup"
import { TestDatabase } from "@vendodev/testing/Postgres"
import { type Answered, call } from "../fixtures/client.ts"
import { Composio } from "../fixtures/composio.ts"
import { made, Service } from "../fixtures/service.ts"
import { Chooser, furnish, tenantCount } from "./choose.ts"
import { isOnlyTheirs, isRefusal, isVended } from "./compare.ts"
import { missing } from "./isVaried.ts"
import { Nodes } from "./nodes.ts"
import { type Operation, toCall } from "./operations.ts"
import { predictManaging } from "./predictManaging.ts"
import { predictMinting, predictVend } from "./predictVend.ts"
import { type App, isApp, type Key, type Tenant, World } from "./World.ts"

const readIssued = Schema.decodeUnknownSync(Schema.fromJsonString(IssuedUserToken))
const readClaims = Schema.decodeUnknownSync(
  Schema.fromJsonString(
    Schema.Struct({ sub: Schema.String, tenant_id: Schema.String, app_id: Schema.String, iat: Schema.Int })
  )
)

/**
 * What happens to rows by other ways than these routes: an account is lost, an operator steps in, or a token is used up,
 * and this it answers.
 */
const befall = Effect.fnUntraced(function* (world: World, choose: Chooser) {
  const sql = yield* SqlClient.SqlClient
  const composio = yield* Composio
  const suspended = world.tenants.find(({ isSuspended }) => isSuspended)
  const tenant = suspended ?? choose.of(world.tenants)
  const live = tenant?.connections.filter(({ status }) => status !== "revoked") ?? []
  const what = choose.below(10)
  if (tenant !== undefined && (suspended !== undefined || what === 0)) {
    // Not for long, or soon little would be vended.
    tenant.isSuspended = suspended === undefined
    yield* sql`UPDATE broker.tenants SET status = ${tenant.isSuspended ? "suspended" : "active"} WHERE id = ${tenant.id}`
  } else if (what < 3) {
    const stuck = live.filter(({ status }) => status === "needs_reauth")
    const bound =
      tenant?.apps.flatMap(({ bindings }) => [...bindings.values()]).filter((one) => live.includes(one)) ?? []
    const connection = choose.of(choose.chance(40) && stuck.length > 0 ? stuck : bound)
    if (connection === undefined) return false
    connection.status = connection.status === "active" ? "needs_reauth" : "active"
    yield* sql`UPDATE broker.connections SET status = ${connection.status} WHERE id = ${connection.id}`
  } else {
    const connection = choose.of(live.filter(({ held }) => held !== null))
    if (connection === undefined || connection.account === null) return false
    yield* composio.rotate(connection.account)
    connection.isFresh = false
    yield* sql`UPDATE broker.connections SET token_fresh_until = now(), token_valid_until = now() WHERE id = ${connection.id}`
    return true
  }
  return false
})

const makeTenant = Effect.fnUntraced(function* (number: number) {
  const { id } = yield* made("POST", "/tenants", { slug: `users-${number}`, name: "Acme" })
  const tenant: Tenant = {
    id,
    number,
    isSuspended: false,
    apps: [],
    connections: [],
    keys: [],
    removed: new Map()
  }
  for (const slug of ["one", "two"]) {
    const app = yield* made("POST", `/tenants/${id}/apps`, { slug, name: "Acme", kind: "production" })
    tenant.apps.push({ id: app.id, bindings: new Map() })
  }
  return tenant
})

/**
 * Plays at least that many operations, and on until all that is looked for has come or four times as many are played;
 * answers how often each thing came of them. What fails names its seed.
 */
export const play = Effect.fn("play")(function* (operations: number, seed: string) {
  const { adminToken } = yield* Service
  const { output, ports } = yield* Nodes
  const composio = yield* Composio
  const { asAdmin } = yield* TestDatabase
  const clock = yield* Clock.Clock
  const random = yield* Random.Random.pipe(Random.withSeed(seed))
  const world = new World()
  const choose = new Chooser(
    world,
    () => random.nextDoubleUnsafe(),
    () => Math.floor(clock.currentTimeMillisUnsafe() / 1000)
  )
  const outcomes = new Map<string, number>()
  const so = { far: 0 }
  const count = (name: string) => outcomes.set(name, (outcomes.get(name) ?? 0) + 1)

  const ask = Effect.fnUntraced(function* (operation: Operation, port: number) {
    // An account is there before anybody names it.
    if ((operation.do === "connect" || operation.do === "reconnect") && operation.account !== null) {
      yield* composio.putAccount(operation.account, { toolkit: "google" })
    }
    const request = toCall(operation)
    return yield* call(port, request.bearer === undefined ? { ...request, bearer: adminToken } : request)
  })

  const compare = Effect.fnUntraced(function* (operation: Operation, answered: Answered) {
    isOnlyTheirs(world, operation, answered)
    if (operation.do === "vend") {
      const { key, userToken, way } = operation
      const expected = predictVend(world, operation)
      const by = userToken?.by ?? "nobody"
      if ("code" in expected) count(`${way} as ${by}: ${expected.because ?? expected.code}`)
      else for (const { answer } of expected.each) count(`${way} as ${by}: ${answer.code ?? "token"}`)
      yield* isVended(operation, expected, answered)
      const known = world.key(key)
      if (way === "report" && known !== undefined) known.reports++
      return
    }
    if (operation.do === "mintUserToken") {
      const code = predictMinting(world.key(operation.key))
      count(`mintUserToken: ${code ?? "token"}`)
      return code === undefined
        ? learnUserToken(operation.key, operation.subject, answered)
        : isRefusal(answered, { code })
    }
    const tenant = world.tenant(operation.tenant)
    const outcome = tenant === undefined ? assert.fail("no tenant") : predictManaging(tenant, operation)
    count(`${operation.do}: ${"code" in outcome ? outcome.code : "done"}`)
    if ("code" in outcome) return isRefusal(answered, outcome)
    assert.deepStrictEqual([answered.code, answered.status], [null, outcome.status])
    outcome.learn(answered.text)
  })

  /** What it says is what the broker vouches for: the key's tenant and app, and the user that was named. */
  const learnUserToken = (key: string, subject: string, { status, text: body }: Answered) => {
    assert.strictEqual(status, 201)
    const text = Redacted.value(readIssued(body).token)
    const { app_id, iat, sub, tenant_id } = readClaims(Buffer.from(text.split(".")[1] ?? "", "base64url").toString())
    const known = world.key(key)
    const scope: Key["scope"] | undefined = known?.scope
    assert.deepStrictEqual(
      [sub, tenant_id, app_id],
      [subject, known?.tenant.id ?? "", scope !== undefined && isApp(scope) ? scope.id : ""]
    )
    world.userTokens.push({ text, by: "own", tenant: tenant_id, app: app_id, subject, issuedAt: iat })
  }

  /** What fails names the seed, the step and the operation. */
  const saying = (operation: Operation, answered: string) =>
    Effect.catchCause((cause: Cause.Cause<never>) => {
      const where = `VENDO_TEST_SEED=${seed}, operation ${so.far}: ${JSON.stringify(operation)}`
      return Effect.die(new Error(`${where}\nanswered ${answered}\n${String(Cause.squash(cause))}`))
    })

  /** All of them at the same time, on either process. */
  const step = Effect.fnUntraced(function* (all: ReadonlyArray<Operation>) {
    const asked = all.map((operation) => ({ operation, port: choose.of(ports) ?? ports[0] }))
    const answers = yield* Effect.forEach(
      asked,
      ({ operation, port }) => ask(operation, port).pipe(saying(operation, "nothing")),
      { concurrency: "unbounded" }
    )
    for (const [at, operation] of all.entries()) {
      const answered = answers[at]
      if (answered === undefined) return assert.fail("no answer")
      so.far++
      yield* compare(operation, answered).pipe(saying(operation, `${answered.status} ${answered.text}`))
    }
  })

  const bindAll = Effect.fnUntraced(function* (tenant: Tenant, app: App, every: number) {
    const some = tenant.connections.filter((_, at) => at % every === 0)
    yield* step(
      some.map(({ id: connection, slug }) => ({ do: "bind", tenant: tenant.id, app: app.id, slug, connection }))
    )
  })

  /** Every user there is, with every key, for everything: who has nothing gets nothing. */
  const everybody = Effect.gen(function* () {
    for (const key of world.tenants.flatMap(({ keys }) => keys)) {
      yield* step([undefined, ...choose.users].map((user) => choose.asking(key, user)))
    }
  })

  yield* asAdmin(
    Effect.gen(function* () {
      for (let i = 0; i < tenantCount; i++) {
        const tenant = yield* makeTenant(i)
        world.tenants.push(tenant)
        yield* step(furnish(choose, tenant))
        for (const [at, app] of tenant.apps.entries()) {
          yield* step([{ do: "mintAppKey", tenant: tenant.id, app: app.id }])
          yield* bindAll(tenant, app, at + 1)
        }
        for (const { id } of tenant.connections.slice(0, 2)) {
          yield* step([{ do: "mintConnectionKey", tenant: tenant.id, connection: id }])
        }
      }
      yield* everybody
      yield* step(Array.from({ length: 40 }, () => choose.minting()))
      while (so.far < operations || (so.far < operations * 4 && missing(outcomes).length > 0)) {
        if (choose.chance(20) && (yield* befall(world, choose))) count("a token is used up")
        yield* step(choose.next())
      }
      yield* everybody
    })
  )
  assert.notMatch(output(), /mark-|eyJ|ERROR|defect/)
  return { played: so.far, outcomes }
})
