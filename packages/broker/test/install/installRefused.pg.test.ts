import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Apps } from "@vendodev/broker/manage/Apps"
import { Bindings } from "@vendodev/broker/manage/Bindings"
import { ConnectionId, DisplayName, Slug } from "@vendodev/domain/Ids"
import * as Fixture from "@vendodev/testing/Fixture"
import { connected, vended } from "./fixtures/deployed.ts"
import { bot, counted, existing, install, pasted, pool, withPool } from "./fixtures/installing.ts"

layer(withPool)("An installation that is refused", (it) => {
  it.effect("that is refused leaves nothing behind, whatever could be done of it", () =>
    Effect.gen(function* () {
      const { tenant, within } = yield* Fixture.makeTenant()
      const before = yield* counted(tenant.id)
      const choices = { telegram: bot(231), openai: pool }
      const refusal = yield* Effect.flip(
        within(install({ integrations: ["telegram", "openai", "notion"], choices, required: ["GREETING"] }))
      )
      assert.deepInclude(refusal, { _tag: "validation_failed", missing: ["notion", "GREETING"] })
      assert.deepStrictEqual(yield* counted(tenant.id), before)
    })
  )

  it.effect("names in one answer what is missing and what is taken, by its holder where that is the tenant's own", () =>
    Effect.gen(function* () {
      const { within } = yield* Fixture.makeTenant()
      const holder = (yield* within(install({ slug: "holder", choices: { telegram: bot(241) } }))).deployment
      const bound_to = { app_id: holder.id, app_slug: holder.slug, app_name: holder.name }
      const connection_id = holder.bindings[0]?.connection_id ?? assert.fail("nothing is bound")
      // Alone: by the connection, and by the same bot pasted again.
      for (const [choice, id] of [
        [existing(connection_id), connection_id],
        [bot(241, 2), null]
      ] as const) {
        const taken = [{ slug: "telegram", connection_id: id, bound_to }]
        const alone = yield* Effect.flip(within(install({ choices: { telegram: choice } })))
        assert.deepInclude(alone, { _tag: "connection_in_use", bound_to, taken })
        const beside = yield* Effect.flip(
          within(install({ integrations: ["telegram", "openai"], choices: { telegram: choice }, required: ["A"] }))
        )
        assert.deepInclude(beside, { _tag: "validation_failed", missing: ["openai", "A"], taken })
        const named = yield* Effect.flip(within(install({ slug: "holder", choices: { telegram: choice } })))
        assert.deepInclude(named, { _tag: "connection_in_use", taken })
        assert.include(named.detail, "holder-2 is free")
      }

      // Elsewhere: taken, and not said by whom.
      const other = yield* Fixture.makeTenant()
      const abroad = yield* Effect.flip(other.within(install({ choices: { telegram: bot(241) } })))
      assert.deepInclude(abroad, {
        _tag: "connection_in_use",
        bound_to: null,
        taken: [{ slug: "telegram", connection_id: null, bound_to: null }]
      })
      assert.notInclude(JSON.stringify(abroad), "holder")
    })
  )

  it.effect("names the integration whose credential can not be pasted, and does not repeat it", () =>
    Effect.gen(function* () {
      const { within } = yield* Fixture.makeTenant()
      for (const [choices, says] of [
        [{ telegram: pasted("no_bot_hunter2") }, /not a bot token/],
        [{ telegram: pasted(" ") }, /empty/],
        [{ notion: pasted("vendo_sk_hunter2") }, /Vendo key/]
      ] as const) {
        const refusal = yield* Effect.flip(within(install({ choices })))
        assert.deepInclude(refusal, { _tag: "validation_failed", missing: Object.keys(choices) })
        assert.match(refusal.detail, says)
        assert.notInclude(JSON.stringify(refusal), "hunter2")
      }
      // Another credential under a name that is taken.
      yield* within(connected("notion", "ntn_first", { name: "work" }))
      const named = { ...pasted("ntn_second"), name: DisplayName.make("work") }
      const refusal = yield* Effect.flip(within(install({ choices: { notion: named } })))
      assert.deepInclude(refusal, { _tag: "validation_failed", missing: ["notion"] })
      assert.include(refusal.detail, `is called "work"`)
    })
  )

  it.effect("never takes over an app that is there, and says which slug is free", () =>
    Effect.gen(function* () {
      const { app, within } = yield* Fixture.makeTenant()
      const apps = yield* Apps
      const { kind, name, slug } = app
      // Of the same name and kind: what creating it again would answer.
      assert.strictEqual((yield* within(apps.create({ slug, name, kind }))).id, app.id)
      yield* within(apps.create({ slug: Slug.make("tool-2"), name, kind }))
      const choices = { notion: pasted("ntn_x") }
      const wanted = { choices, name: "tool", slug }
      const before = yield* within(apps.list)
      assert.deepInclude(yield* Effect.flip(within(install(wanted))), {
        _tag: "conflict",
        detail: "the slug tool is taken in this tenant; tool-3 is free"
      })
      assert.deepStrictEqual(yield* within(apps.list), before)
      const bindings = yield* Bindings
      assert.deepStrictEqual(yield* within(bindings.list(app.id)), [])
      const { deployment } = yield* within(install({ ...wanted, slug: "tool-3" }))
      assert.strictEqual(deployment.slug, "tool-3")
      // A name that is no slug.
      const long = "a".repeat(41)
      const unnamed = yield* Effect.flip(within(install({ choices, name: long })))
      assert.deepInclude(unnamed, { _tag: "validation_failed", field: "slug" })
      assert.strictEqual((yield* within(install({ choices, name: long, slug: "short" }))).deployment.slug, "short")
    })
  )

  it.effect("never gives a sandbox an exclusive credential, and installs it without", () =>
    Effect.gen(function* () {
      const { within } = yield* Fixture.makeTenant()
      const connection = yield* within(connected("telegram", "251:issue_1_of_a_sandbox"))
      for (const choice of [existing(connection), bot(252)]) {
        const refusal = yield* Effect.flip(
          within(install({ kind: "sandbox", choices: { telegram: choice, openai: pool } }))
        )
        assert.strictEqual(refusal._tag, "forbidden")
        assert.include(refusal.detail, "telegram")
      }
      const integrations = ["telegram", "openai"]
      const { deployment, key } = yield* within(install({ kind: "sandbox", integrations, choices: { openai: pool } }))
      assert.deepStrictEqual(
        deployment.bindings.map(({ slug }) => slug),
        ["openai"]
      )
      assert.strictEqual((yield* Effect.flip(vended(key, "telegram")))._tag, "binding_missing")
    })
  )

  it.effect("knows another tenant's connection no better than one that is nobody's", () =>
    Effect.gen(function* () {
      const [mine, theirs] = [yield* Fixture.makeTenant(), yield* Fixture.makeTenant()]
      const foreign = yield* theirs.within(connected("notion", "ntn_theirs"))
      const absent = "00000000-0000-4000-8000-000000000000"
      const refused = (connection: ConnectionId) =>
        Effect.map(Effect.flip(mine.within(install({ choices: { notion: existing(connection) } }))), (refusal) =>
          JSON.stringify(refusal)
        )
      assert.strictEqual(yield* refused(foreign), yield* refused(ConnectionId.make(absent)))
      assert.strictEqual(yield* refused(foreign), yield* refused(ConnectionId.make(mine.app.id)))
    })
  )
})
