import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as Forgetting from "@vendodev/broker/connect/forgetting"
import * as Fixture from "@vendodev/testing/Fixture"
import { Administrator } from "@vendodev/testing/Postgres"

const boxes = Effect.flatMap(
  Administrator,
  (sql) => sql<{ readonly step: string; readonly held: boolean }>`
    SELECT step, step_box IS NOT NULL AS held FROM broker.connect_visits ORDER BY expires_at
  `
)

/** A visit in which something is held: one that is over, and one that goes on. */
const visits = Effect.gen(function* () {
  const sql = yield* Administrator
  const { app, tenant, within } = yield* Fixture.makeTenant()
  // Its first secret makes the tenant's key.
  const { connection } = yield* Fixture.makeBound({ slug: "notion", credential: "ntn_of_nobody" })
  yield* within(Effect.void)
  for (const [step, ends] of [
    ["choosing", "0"],
    ["away", "1 hour"]
  ]) {
    yield* sql`
      INSERT INTO broker.connect_visits (tenant_id, id, token_hash, pepper_id, session_id, app_id, admin_token_id,
        user_subject, integration, asked_at, expires_at, step, state_hash, step_dek_version, step_box)
      SELECT c.tenant_id, gen_random_uuid(), sha256(${String(step)}::bytea), 1, gen_random_uuid(), NULL, a.id, '',
        'notion', now(), now() + ${ends}::text::interval, ${step},
        CASE ${step}::text WHEN 'away' THEN sha256('state') END, c.dek_version, c.secret_box
      FROM broker.connections c, (SELECT id FROM broker.admin_tokens LIMIT 1) a WHERE c.id = ${connection.id}
    `
  }
  return { app, tenant }
})

layer(Fixture.layer.pipe((own) => Layer.provideMerge(Administrator.layer, own)))("What a visit holds", (it) => {
  it.effect("is forgotten within a minute of its end, and not before", () =>
    Effect.gen(function* () {
      yield* visits
      const held = yield* boxes
      assert.deepStrictEqual(
        held.map(({ held }) => held),
        [true, true]
      )
      yield* Effect.forkScoped(Layer.launch(Forgetting.layer))
      const left = yield* Effect.repeat(Effect.andThen(TestClock.adjust("1 minute"), boxes), {
        until: ([first]) => first?.held === false
      })
      assert.deepStrictEqual(left, [
        { step: "open", held: false },
        { step: "away", held: true }
      ])
    }).pipe(Effect.scoped)
  )
})
