import { assert, layer } from "@effect/vitest"
import { Array, Effect, Option, Random } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { verifyChain } from "@vendodev/broker/audit/verifyChain"
import { CurrentTenant } from "@vendodev/broker/database/Tenancy"
import { Apps } from "@vendodev/broker/manage/Apps"
import { CredentialResolver } from "@vendodev/broker/vend/CredentialResolver"
import { DisplayName, Slug, type TenantId } from "@vendodev/domain/Ids"
import { RequestId } from "@vendodev/domain/RequestId"
import * as Fixture from "@vendodev/testing/Fixture"
import { TestDatabase } from "@vendodev/testing/Postgres"

const tamperings = 1_000
const seed = process.env["VENDO_TEST_SEED"] ?? crypto.randomUUID()

/** Where the log of a tenant is first not whole, as its administrator finds it; null when it is. */
const faultOf = (id: TenantId) =>
  verifyChain.pipe(
    Effect.provideService(CurrentTenant, { id, actor: { kind: "admin", id: crypto.randomUUID() }, note: () => {} }),
    Effect.map((found) => (Option.isNone(found) ? null : Number(found.value)))
  )

const bound = Fixture.makeBound({ slug: "notion", credential: "ntn_recorded" })
type Bound = Effect.Success<typeof bound>

const vend = Effect.fn(function* ({ key }: Bound, slug: string) {
  const resolver = yield* CredentialResolver
  const question = { key: Option.some(key), slug, userJwt: Option.none(), connection: Option.none() }
  yield* Effect.exit(Effect.provideService(resolver.resolve(question), RequestId, crypto.randomUUID()))
})

const addApp = Effect.fn(function* ({ within }: Bound, i: number) {
  const apps = yield* Apps
  yield* Effect.exit(
    within(apps.create({ slug: Slug.make(`app-${i}`), name: DisplayName.make("App"), kind: "sandbox" }))
  )
})

/** Grants, denials and changes, of all tenants at once. */
const busy = (tenants: ReadonlyArray<Bound>, each: number) =>
  Effect.forEach(
    Array.flatMap(
      Array.makeBy(each, (i) => i),
      (i) => tenants.map((tenant) => [tenant, i] as const)
    ),
    Effect.fnUntraced(function* ([tenant, i]) {
      yield* i % 4 === 0 ? addApp(tenant, i) : vend(tenant, i % 4 === 1 ? "openai" : "notion")
    }),
    { concurrency: 24, discard: true }
  )

interface Place {
  readonly tenant: TenantId
  /** From 1 to `last`. */
  readonly at: number
  /** After `at`. */
  readonly other: number
  readonly last: number
}

type Tampering = (
  sql: SqlClient.SqlClient,
  place: Place
) => { readonly do: ReadonlyArray<Effect.Effect<unknown, SqlError.SqlError>>; readonly foundAt: number }

/** What someone does who can write the tables, and where it has to be found. */
const ways: Readonly<Record<string, Tampering>> = {
  "edit a body": (sql, { at, tenant }) => ({
    do: [
      sql`UPDATE broker.audit SET body = body || '{"outcome":"forged"}' WHERE tenant_id = ${tenant} AND seq = ${at}`
    ],
    foundAt: at
  }),
  "edit a time": (sql, { at, tenant }) => ({
    do: [sql`UPDATE broker.audit SET at = at - interval '1 microsecond' WHERE tenant_id = ${tenant} AND seq = ${at}`],
    foundAt: at
  }),
  "edit a hash": (sql, { at, tenant }) => ({
    do: [sql`UPDATE broker.audit SET hash = sha256(hash) WHERE tenant_id = ${tenant} AND seq = ${at}`],
    foundAt: at
  }),
  // The record itself is then as good as any; what follows it is not.
  "edit a body and compute its hash": (sql, { at, last, tenant }) => ({
    do: [
      sql`UPDATE broker.audit a SET body = '{}', hash = sha256(
          coalesce((SELECT p.hash FROM broker.audit p WHERE p.tenant_id = a.tenant_id AND p.seq = a.seq - 1), sha256('genesis'))
          || int8send(seq) || int8send((extract(epoch FROM at) * 1000000)::bigint) || convert_to('{}', 'UTF8'))
        WHERE tenant_id = ${tenant} AND seq = ${at}`
    ],
    foundAt: Math.min(at + 1, last)
  }),
  "delete a record": (sql, { at, tenant }) => ({
    do: [sql`DELETE FROM broker.audit WHERE tenant_id = ${tenant} AND seq = ${at}`],
    foundAt: at
  }),
  "delete a record and close the gap": (sql, { at, tenant }) => ({
    do: [
      sql`DELETE FROM broker.audit WHERE tenant_id = ${tenant} AND seq = ${at}`,
      sql`UPDATE broker.audit SET seq = 1 - seq WHERE tenant_id = ${tenant} AND seq > ${at}`,
      sql`UPDATE broker.audit SET seq = -seq WHERE tenant_id = ${tenant} AND seq < 0`
    ],
    foundAt: at
  }),
  "cut the end off": (sql, { at, tenant }) => ({
    do: [sql`DELETE FROM broker.audit WHERE tenant_id = ${tenant} AND seq >= ${at}`],
    foundAt: at
  }),
  "swap what two records say": (sql, { at, other, tenant }) => ({
    do: [
      sql`UPDATE broker.audit a SET body = b.body, at = b.at FROM broker.audit b WHERE a.tenant_id = ${tenant}
        AND b.tenant_id = ${tenant} AND (a.seq, b.seq) IN ((${at}, ${other}), (${other}, ${at}))`
    ],
    foundAt: at
  }),
  "swap two records": (sql, { at, other, tenant }) => ({
    do: [
      sql`UPDATE broker.audit SET seq = -seq WHERE tenant_id = ${tenant} AND seq IN (${at}, ${other})`,
      sql`UPDATE broker.audit SET seq = ${at}::int + ${other}::int + seq WHERE tenant_id = ${tenant} AND seq < 0`
    ],
    foundAt: at
  }),
  "insert a record": (sql, { at, other, tenant }) => ({
    do: [
      sql`UPDATE broker.audit SET seq = -1 - seq WHERE tenant_id = ${tenant} AND seq >= ${at}`,
      sql`UPDATE broker.audit SET seq = -seq WHERE tenant_id = ${tenant} AND seq < 0`,
      sql`INSERT INTO broker.audit SELECT tenant_id, ${at}, at, body, hash FROM broker.audit
        WHERE tenant_id = ${tenant} AND seq = ${other + 1}`
    ],
    foundAt: at
  }),
  "insert a record before the first": (sql, { at, tenant }) => ({
    do: [
      sql`INSERT INTO broker.audit SELECT tenant_id, ${-at}, at, body, hash FROM broker.audit
        WHERE tenant_id = ${tenant} AND seq = ${at}`
    ],
    foundAt: -at
  }),
  "insert a record after the last": (sql, { at, last, tenant }) => ({
    do: [
      sql`INSERT INTO broker.audit SELECT tenant_id, ${last + 1}, at, body, hash FROM broker.audit
        WHERE tenant_id = ${tenant} AND seq = ${at}`
    ],
    foundAt: last + 1
  }),
  "rewind the head": (sql, { at, tenant }) => ({
    do: [
      sql`UPDATE broker.audit_heads SET seq = ${at - 1}, hash = coalesce((SELECT hash FROM broker.audit
        WHERE tenant_id = ${tenant} AND seq = ${at - 1}), sha256('genesis')) WHERE tenant_id = ${tenant}`
    ],
    foundAt: at
  }),
  "edit the head": (sql, { last, tenant }) => ({
    do: [sql`UPDATE broker.audit_heads SET hash = sha256(hash) WHERE tenant_id = ${tenant}`],
    foundAt: last
  }),
  "delete the head": (sql, { tenant }) => ({
    do: [sql`DELETE FROM broker.audit_heads WHERE tenant_id = ${tenant}`],
    foundAt: 1
  })
}

layer(Fixture.layer)("The audit chain", (it) => {
  it.effect("is whole from its first record on, for every tenant, whatever happened at the same time", () =>
    Effect.gen(function* () {
      const tenants = yield* Effect.forEach(Array.range(1, 6), () => bound)
      yield* busy(tenants, 100)
      const { asAdmin } = yield* TestDatabase
      const sql = yield* SqlClient.SqlClient
      for (const { tenant, within } of tenants) {
        assert.deepStrictEqual(yield* within(verifyChain), Option.none())
        assert.isNull(yield* asAdmin(faultOf(tenant.id)))
        // Five changes made the tenant, and each of the hundred left one record.
        const records = yield* within(sql`SELECT seq FROM broker.audit`)
        assert.strictEqual(records.length, 5 + 100)
      }
    })
  )

  it.effect(`shows each of ${tamperings} random tamperings, and where it begins`, () =>
    Effect.gen(function* () {
      const [one, neighbour] = [yield* bound, yield* bound]
      yield* busy([one, neighbour], 40)
      const { asAdmin } = yield* TestDatabase
      const tenant = one.tenant.id
      const random = yield* Random.Random.pipe(Random.withSeed(seed))
      const below = (n: number) => Math.floor(random.nextDoubleUnsafe() * n)

      yield* asAdmin(
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          const last = (yield* sql`SELECT seq FROM broker.audit WHERE tenant_id = ${tenant}`).length
          const names = Object.keys(ways)
          for (let i = 0; i < tamperings; i++) {
            const at = 1 + below(last - 1)
            const place = { tenant, at, other: at + 1 + below(last - at), last }
            const name = names[i % names.length] ?? ""
            const way = ways[name]?.(sql, place) ?? assert.fail("no such way")
            yield* sql`BEGIN`
            for (const statement of way.do) yield* statement
            const found = yield* faultOf(tenant)
            yield* sql`ROLLBACK`
            assert.strictEqual(found, way.foundAt, `VENDO_TEST_SEED=${seed}: ${name}, ${JSON.stringify(place)}`)
          }
          assert.deepStrictEqual([yield* faultOf(tenant), yield* faultOf(neighbour.tenant.id)], [null, null])
        })
      )
    })
  )

  it.effect("is followed over thousands of records", () =>
    Effect.gen(function* () {
      const { tenant, within } = yield* bound
      const { asAdmin } = yield* TestDatabase
      const sql = yield* SqlClient.SqlClient
      yield* within(sql`SELECT gate.record(jsonb_build_object('n', i)) FROM generate_series(1, 2500) AS i`)
      assert.isNull(yield* asAdmin(faultOf(tenant.id)))
      yield* asAdmin(
        Effect.flatMap(SqlClient.SqlClient, (sql) => sql`UPDATE broker.audit SET body = '{}' WHERE seq = 2002`)
      )
      assert.strictEqual(yield* asAdmin(faultOf(tenant.id)), 2_002)
    })
  )
})
