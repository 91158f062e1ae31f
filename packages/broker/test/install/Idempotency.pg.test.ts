import { assert, layer } from "@effect/vitest"
import { Effect, Exit, Option, Redacted, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { type Attempt, Idempotency } from "@vendodev/broker/install/Idempotency"
import { CurrentTenant } from "@vendodev/broker/database/Tenancy"
import type { TenantId } from "@vendodev/domain/Ids"
import { Conflict } from "@vendodev/domain/BrokerError"
import { IdempotencyKey } from "@vendodev/domain/Installation"
import * as Fixture from "@vendodev/testing/Fixture"
import { administer } from "./fixtures/installing.ts"

const crowd = Array.from({ length: 20 }, (_, i) => i)
const at = { concurrency: "unbounded" } as const

const Answer = Schema.fromJsonString(Schema.Struct({ said: Schema.RedactedFromValue(Schema.String) }))

const attempt = (key: string, request = "one", route = "POST /things"): Attempt => ({
  route,
  key: IdempotencyKey.make(key),
  request: Redacted.make(request)
})

/** Work that counts how often it was done, in a row of its own that is part of the transaction. */
const work = (said: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { id } = yield* CurrentTenant
    yield* sql`INSERT INTO broker.ledger (tenant_id, id, kind, amount_micros, reference)
      VALUES (${id}, gen_random_uuid(), 'credit', 1, gen_random_uuid()::text)`
    return { said: Redacted.make(said) }
  })

const doneIn = (tenant: TenantId) =>
  Effect.map(
    administer((sql) => sql`SELECT FROM broker.ledger WHERE tenant_id = ${tenant}`),
    ({ length }) => length
  )

interface Row {
  readonly route: string
  readonly text: string
  readonly answer_box: Uint8Array
}

const keptIn = (tenant: TenantId) =>
  administer(
    (sql) => sql<Row>`SELECT route, i::text AS text, answer_box FROM broker.idempotency_keys i
      WHERE tenant_id = ${tenant} ORDER BY created_at, route`
  )

const age = (tenant: TenantId, by: string) =>
  administer(
    (sql) => sql`UPDATE broker.idempotency_keys SET created_at = created_at - ${by}::text::interval
      WHERE tenant_id = ${tenant}`
  )

const once = (asked: Attempt | undefined, said = "hunter2") =>
  Effect.flatMap(Idempotency, (idempotency) =>
    Effect.map(idempotency.once(Option.fromUndefinedOr(asked), Answer, work(said)), ({ said }) => Redacted.value(said))
  )

layer(Fixture.layer)("A request under a name", (it) => {
  it.effect("is done once, by one of many at the same time, and all of them get its answer", () =>
    Effect.gen(function* () {
      const { tenant, within } = yield* Fixture.makeTenant()
      const answers = yield* Effect.forEach(crowd, (i) => within(once(attempt("crowd"), `by ${i}`)), at)
      assert.lengthOf(answers, crowd.length)
      assert.lengthOf([...new Set(answers)], 1)
      assert.strictEqual(yield* doneIn(tenant.id), 1)
      assert.strictEqual(yield* within(once(attempt("crowd"), "late")), answers[0])
    })
  )

  it.effect("without one is done each time", () =>
    Effect.gen(function* () {
      const { tenant, within } = yield* Fixture.makeTenant()
      yield* within(once(undefined))
      yield* within(once(undefined))
      assert.strictEqual(yield* doneIn(tenant.id), 2)
      assert.deepStrictEqual(yield* keptIn(tenant.id), [])
    })
  )

  it.effect("is refused when another was made under it, and done under another name", () =>
    Effect.gen(function* () {
      const { tenant, within } = yield* Fixture.makeTenant()
      yield* within(once(attempt("name", "one")))
      for (const call of [once(attempt("name", "other")), once(attempt("name", ""))]) {
        assert.strictEqual((yield* Effect.flip(within(call)))._tag, "idempotency_conflict")
      }
      assert.strictEqual(yield* doneIn(tenant.id), 1)
      yield* within(once(attempt("Name", "other")))
      assert.strictEqual(yield* doneIn(tenant.id), 2)
    })
  )

  it.effect("is another request on another route, and in another tenant", () =>
    Effect.gen(function* () {
      const [mine, theirs] = [yield* Fixture.makeTenant(), yield* Fixture.makeTenant()]
      assert.strictEqual(yield* mine.within(once(attempt("shared"), "mine")), "mine")
      assert.strictEqual(yield* mine.within(once(attempt("shared", "one", "POST /others"), "other")), "other")
      assert.strictEqual(yield* theirs.within(once(attempt("shared"), "theirs")), "theirs")
      assert.strictEqual(yield* mine.within(once(attempt("shared"), "again")), "mine")
      // Not even the hashes are alike.
      const [a, , c] = [...(yield* keptIn(mine.tenant.id)), ...(yield* keptIn(theirs.tenant.id))]
      const hashes = (row: Row | undefined) => row?.text.match(/\\x[0-9a-f]{64}(?![0-9a-f])/g) ?? []
      assert.lengthOf(hashes(a), 2)
      for (const hash of hashes(a)) assert.notInclude(hashes(c), hash)
    })
  )

  it.effect("that fails is not kept: the next one is done", () =>
    Effect.gen(function* () {
      const { tenant, within } = yield* Fixture.makeTenant()
      const idempotency = yield* Idempotency
      const failing = Effect.andThen(work("nothing"), Effect.fail(new Conflict({ detail: "no" })))
      const failed = yield* Effect.flip(within(idempotency.once(Option.some(attempt("fails")), Answer, failing)))
      assert.strictEqual(failed._tag, "conflict")
      assert.deepStrictEqual(yield* keptIn(tenant.id), [])
      assert.strictEqual(yield* within(once(attempt("fails"), "done")), "done")
      assert.strictEqual(yield* doneIn(tenant.id), 1)
    })
  )

  it.effect("is remembered for 24 hours, and then is a new one", () =>
    Effect.gen(function* () {
      const { tenant, within } = yield* Fixture.makeTenant()
      const idempotency = yield* Idempotency
      const recalled = within(idempotency.recall(attempt("day"), Answer))
      yield* within(once(attempt("day"), "first"))
      yield* age(tenant.id, "23 hours 59 minutes")
      assert.strictEqual(yield* within(once(attempt("day"), "second")), "first")
      assert.isTrue(Option.isSome(yield* recalled))
      yield* age(tenant.id, "1 minute")
      assert.isTrue(Option.isNone(yield* recalled))
      // Whatever it asks for now.
      assert.strictEqual(yield* within(once(attempt("day", "other"), "third")), "third")
      assert.strictEqual((yield* Effect.flip(within(once(attempt("day")))))._tag, "idempotency_conflict")
      assert.strictEqual(yield* doneIn(tenant.id), 2)
    })
  )

  it.effect("clears away a hundred that are too old, of its own tenant, and none that are not", () =>
    Effect.gen(function* () {
      const [mine, theirs] = [yield* Fixture.makeTenant(), yield* Fixture.makeTenant()]
      for (const { id } of [mine.tenant, theirs.tenant]) {
        yield* administer(
          (sql) => sql`INSERT INTO broker.idempotency_keys (tenant_id, route, key_hash, request_hash, created_at)
            SELECT ${id}, 'POST /old', sha256(int4send(i)), sha256(''), now() - interval '24 hours' - i * interval '1 minute'
            FROM generate_series(1, 130) i`
        )
      }
      yield* mine.within(once(attempt("young")))
      const left = yield* keptIn(mine.tenant.id)
      assert.lengthOf(left, 31)
      yield* mine.within(once(attempt("younger")))
      assert.deepStrictEqual(
        (yield* keptIn(mine.tenant.id)).map(({ route }) => route),
        ["POST /things", "POST /things"]
      )
      assert.lengthOf(yield* keptIn(theirs.tenant.id), 130)
    })
  )

  it.effect("is recalled without doing anything, and only by who asks for the same", () =>
    Effect.gen(function* () {
      const { tenant, within } = yield* Fixture.makeTenant()
      const idempotency = yield* Idempotency
      assert.isTrue(Option.isNone(yield* within(idempotency.recall(attempt("seen"), Answer))))
      assert.deepStrictEqual(yield* keptIn(tenant.id), [])
      yield* within(once(attempt("seen"), "answer"))
      const recalled = Option.getOrThrow(yield* within(idempotency.recall(attempt("seen"), Answer)))
      assert.strictEqual(Redacted.value(recalled.said), "answer")
      const refused = yield* Effect.flip(within(idempotency.recall(attempt("seen", "other"), Answer)))
      assert.strictEqual(refused._tag, "idempotency_conflict")
    })
  )

  it.effect("is stored as keyed hashes, and its answer sealed to its place", () =>
    Effect.gen(function* () {
      const { tenant, within } = yield* Fixture.makeTenant()
      yield* within(once(attempt("name-of-request", "request with hunter2"), "hunter2"))
      yield* within(once(attempt("another", "request with hunter2"), "other"))
      const rows = yield* keptIn(tenant.id)
      for (const { text } of rows) {
        for (const secret of ["name-of-request", "hunter2"]) {
          assert.notInclude(text, secret)
          assert.notInclude(text, Buffer.from(secret).toString("hex"))
        }
      }
      // One answer in the place of the other does not open.
      yield* administer(
        (sql) => sql`UPDATE broker.idempotency_keys i SET answer_box = o.answer_box FROM broker.idempotency_keys o
          WHERE i.tenant_id = ${tenant.id} AND o.tenant_id = i.tenant_id AND o.key_hash <> i.key_hash`
      )
      const swapped = yield* Effect.exit(within(once(attempt("name-of-request", "request with hunter2"))))
      assert.isTrue(Exit.hasDies(swapped))
    })
  )
})
