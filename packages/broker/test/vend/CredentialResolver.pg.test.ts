import { assert, layer } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { CredentialResolver } from "@vendodev/broker/vend/CredentialResolver"
import * as Fixture from "@vendodev/testing/Fixture"
import { TestDatabase } from "@vendodev/testing/Postgres"

const ask = { userJwt: Option.none(), connection: Option.none() }

layer(Fixture.layer)("CredentialResolver", (it) => {
  it.effect("vends what was pasted, through key, app, binding and connection", () =>
    Effect.gen(function* () {
      const { key } = yield* Fixture.makeBound({ slug: "notion", credential: "ntn_test_1234" })
      const resolver = yield* CredentialResolver
      const { expiresAt, token } = yield* resolver.resolve({ ...ask, key: Option.some(key), slug: "notion" })
      assert.strictEqual(Redacted.value(token), "ntn_test_1234")
      assert.isTrue(Option.isNone(expiresAt))
    })
  )

  it.effect("concurrent questions share a round trip and each gets its own answer", () =>
    Effect.gen(function* () {
      const bound = yield* Effect.forEach(
        Array.from({ length: 5 }, (_, i) => i),
        (i) => Fixture.makeBound({ slug: "notion", credential: `ntn_number_${i}_secret` })
      )
      const resolver = yield* CredentialResolver
      const { asAdmin } = yield* TestDatabase
      const statements = asAdmin(
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          const [row] = yield* sql<{ readonly n: bigint }>`SELECT count(*) AS n FROM broker.audit`
          return Number(row?.n ?? 0)
        })
      )
      const before = yield* statements
      const answers = yield* Effect.forEach(
        Array.from({ length: 100 }, (_, i) => bound[i % 5]),
        (one) =>
          one === undefined
            ? Effect.die("no fixture")
            : resolver.resolve({ ...ask, key: Option.some(one.key), slug: "notion" }),
        { concurrency: "unbounded" }
      )
      answers.forEach(({ token }, i) => assert.strictEqual(Redacted.value(token), `ntn_number_${i % 5}_secret`))
      assert.strictEqual(yield* statements, before + 100)
    })
  )
})
