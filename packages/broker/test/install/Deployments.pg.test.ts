import { assert, layer } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { Deployments } from "@vendodev/broker/install/Deployments"
import { AppKeys } from "@vendodev/broker/manage/AppKeys"
import { Connections } from "@vendodev/broker/manage/Connections"
import { DisplayName, IntegrationSlug, Slug } from "@vendodev/domain/Ids"
import * as Fixture from "@vendodev/testing/Fixture"
import { lastRecords } from "../manage/fixtures/managed.ts"
import { connected, rowOf, variablesOf, vended } from "./fixtures/deployed.ts"
import { administer, bot, counted, everything, existing, install, pool, withPool } from "./fixtures/installing.ts"

layer(withPool)("An installation", (it) => {
  it.effect("writes everything of a deployment, which can be used at once", () =>
    Effect.gen(function* () {
      const { tenant, within } = yield* Fixture.makeTenant()
      const notion = yield* within(connected("notion", "ntn_existing"))
      const { deployment, key, key_id } = yield* within(
        install({
          choices: { telegram: bot(201), notion: existing(notion), openai: pool },
          required: ["GREETING"],
          variables: { GREETING: "hunter2", EXTRA: "with \"quotes\" and 'others'" },
          launch: { command: ["python", "bot.py"] }
        })
      )
      assert.deepInclude(deployment, {
        slug: Slug.make("echo-bot"),
        name: DisplayName.make("echo-bot"),
        kind: "production",
        tool: null,
        status: "installed",
        // Whoever runs it is to know of no version before it.
        env_wanted: 1,
        env_running: null,
        restart_required: false,
        run: null
      })
      assert.deepStrictEqual(
        deployment.bindings.map(({ slug }) => slug),
        ["notion", "openai", "telegram"]
      )
      assert.strictEqual(deployment.bindings[0]?.connection_id, notion)
      assert.strictEqual(yield* vended(key, "telegram"), "201:issue_1_not_a_real_bot_token")
      assert.strictEqual(yield* vended(key, "notion"), "ntn_existing")
      assert.strictEqual(yield* vended(key, "openai"), Redacted.value(key))

      const row = yield* rowOf(deployment.id)
      assert.include(row.source, "name: echo-bot")
      assert.deepStrictEqual(row.launch, { command: ["python", "bot.py"] })
      assert.deepStrictEqual(yield* within(variablesOf(deployment.id)), {
        GREETING: "hunter2",
        EXTRA: "with \"quotes\" and 'others'"
      })
      const keys = yield* within(Effect.flatMap(AppKeys, (keys) => keys.list))
      assert.deepStrictEqual(
        keys.map(({ app_id, id }) => [id, app_id]),
        [[key_id, deployment.id]]
      )
      const deployments = yield* Deployments
      assert.deepStrictEqual(yield* within(deployments.list), [deployment])
      assert.deepStrictEqual(yield* within(deployments.get(deployment.id)), deployment)
      const [step, ...more] = yield* within(deployments.history(deployment.id))
      assert.deepInclude(step, { from: null, to: "installed" })
      assert.deepStrictEqual(more, [])

      const records = yield* lastRecords(tenant.id, 11)
      const done = records.filter(({ action }) => action !== "vend").map(({ action }) => action)
      assert.deepStrictEqual(done, [
        "app.create",
        "connection.create",
        "connection.create",
        "binding.set",
        "binding.set",
        "binding.set",
        "deployment.install",
        "key.mint"
      ])
      const record = records.find(({ action }) => action === "deployment.install")
      assert.deepInclude(record?.["with"], { slug: "echo-bot", kind: "production", variables: "EXTRA GREETING" })

      const stored = yield* everything(tenant.id)
      for (const secret of ["hunter2", "quotes", "not_a_real_bot_token", "ntn_existing", Redacted.value(key)]) {
        assert.notInclude(stored, secret)
      }
    })
  )

  it.effect("names a connection after its deployment, unless its name is said", () =>
    Effect.gen(function* () {
      const { within } = yield* Fixture.makeTenant()
      yield* within(install({ slug: "first", choices: { telegram: bot(211) } }))
      yield* within(install({ slug: "second", choices: { telegram: { ...bot(212), name: DisplayName.make("work") } } }))
      const connections = yield* within(Effect.flatMap(Connections, (connections) => connections.list))
      assert.deepStrictEqual(
        connections.map(({ name }) => name),
        ["first", "work"]
      )
    })
  )

  it.effect("uses the tenant's one connection to a pool, which the first of them makes", () =>
    Effect.gen(function* () {
      const [mine, theirs] = [yield* Fixture.makeTenant(), yield* Fixture.makeTenant()]
      const all = yield* Effect.forEach(
        ["a", "b", "c", "d"],
        (slug) => mine.within(install({ slug, choices: { openai: pool } })),
        { concurrency: "unbounded" }
      )
      const used = all.flatMap(({ deployment }) => deployment.bindings.map(({ connection_id }) => connection_id))
      assert.lengthOf(used, 4)
      assert.lengthOf([...new Set(used)], 1)

      // One that was there already, whatever it is called.
      const connections = yield* Connections
      const { id } = yield* theirs.within(
        connections.create({
          slug: "openai",
          name: DisplayName.make("shared"),
          profile: Option.some("vendo_managed_pool"),
          credential: Option.none()
        })
      )
      const { deployment } = yield* theirs.within(install({ choices: { openai: pool } }))
      assert.deepStrictEqual(deployment.bindings, [{ slug: IntegrationSlug.make("openai"), connection_id: id }])
    })
  )

  it.effect("that fails in its last step leaves nothing behind", () =>
    Effect.gen(function* () {
      const { tenant, within } = yield* Fixture.makeTenant()
      const notion = yield* within(connected("notion", "ntn_kept"))
      const before = yield* counted(tenant.id)
      const wanted = { choices: { telegram: bot(221), notion: existing(notion), openai: pool }, variables: { A: "b" } }
      yield* administer(
        (sql) => sql`ALTER TABLE broker.audit ADD CONSTRAINT trap
        CHECK (body ->> 'action' <> 'key.mint') NOT VALID`
      )
      const failed = yield* Effect.exit(within(install(wanted)))
      yield* administer((sql) => sql`ALTER TABLE broker.audit DROP CONSTRAINT trap`)
      assert.strictEqual(failed._tag, "Failure")
      assert.deepStrictEqual(yield* counted(tenant.id), before)
      // And nothing of it is in the way.
      const { deployment } = yield* within(install(wanted))
      assert.strictEqual(deployment.slug, "echo-bot")
    })
  )
})
