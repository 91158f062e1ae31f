import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Option, Redacted } from "effect"
import { Environment } from "@vendodev/broker/install/Environment"
import { Lifecycle } from "@vendodev/broker/install/Lifecycle"
import { Variables } from "@vendodev/broker/install/Variables"
import { Bindings } from "@vendodev/broker/manage/Bindings"
import { ProxyAddress } from "@vendodev/broker/vend/ProxyAddress"
import { AppId } from "@vendodev/domain/Ids"
import * as Fixture from "@vendodev/testing/Fixture"
import { administer, broker, connect, install } from "./fixtures/running.ts"

const reached = broker.pipe(
  Layer.provide(Layer.succeed(ProxyAddress, (slug) => Option.some(`https://proxy.example/${slug}`)))
)

let bots = 5000

const world = Effect.fnUntraced(function* (kind: "production" | "sandbox" = "production") {
  const { tenant, within } = yield* Fixture.makeTenant()
  const variables = yield* Variables
  const credential = `${++bots}:bot_unsaid`
  const here = yield* within(
    Effect.gen(function* () {
      const bindings = yield* Bindings
      const here = yield* install({ slug: "here", kind, integrations: ["notion"] })
      const pool = yield* connect("openai", undefined, { profile: "vendo_managed_pool" })
      yield* bindings.set(here.id, pool.slug, pool.id)
      if (kind === "production") {
        const bot = yield* connect("telegram", credential)
        yield* bindings.set(here.id, bot.slug, bot.id)
      }
      return here
    })
  )
  const change = (changes: Readonly<Record<string, string | null>>, app = here.id) =>
    within(
      variables.change(
        app,
        Object.fromEntries(
          Object.entries(changes).map(([name, value]) => [name, value === null ? null : Redacted.make(value)])
        )
      )
    )
  const shown = (reveal: boolean) =>
    Effect.map(within(variables.list(here.id, { reveal })), (all) =>
      all.map(({ kind, name, secret, value }) => [name, kind, secret, Redacted.value(value)] as const)
    )
  return { here, tenant, within, change, shown, credential }
})

const versions = (app: AppId) =>
  Effect.map(
    administer<{ readonly env: number; readonly own: number; readonly sealed: boolean }>(
      `SELECT env_wanted::int AS env, env_version::int AS own, env_box IS NOT NULL AS sealed
        FROM broker.deployments WHERE app_id = '${app}'`
    ),
    ([row]) => row
  )

const records = (tenant: string) =>
  administer<{ readonly said: string }>(`
    SELECT concat_ws(' ', body->>'action', body->'with'->>'set', '-', body->'with'->>'removed') AS said
    FROM broker.audit WHERE tenant_id = '${tenant}' AND body->>'action' LIKE 'environment.%' ORDER BY seq`).pipe(
    Effect.map((rows) => rows.map(({ said }) => said))
  )

layer(reached, { excludeTestServices: true })("The variables of a deployment", (it) => {
  it.effect("are shown with their secrets masked, and without when that is asked for, which is recorded", () =>
    Effect.gen(function* () {
      const { change, credential, here, shown, tenant } = yield* world()
      yield* change({ GREETING: "hello_unsaid" })
      const itself = (masks: boolean) => [
        ["GREETING", "user", true, masks ? "••••" : "hello_unsaid"],
        // The key is the deployment's, and nobody else has it.
        ["OPENAI_API_KEY", "integration", true, "••••"],
        ["OPENAI_BASE_URL", "integration", false, "https://proxy.example/openai"],
        ["TELEGRAM_BOT_ID", "integration", false, credential.split(":")[0]],
        ["TELEGRAM_BOT_TOKEN", "integration", true, masks ? "••••" : credential],
        ["VENDO_DEPLOYMENT_ID", "system", false, here.id],
        ["VENDO_DEPLOYMENT_SLUG", "system", false, "here"],
        ["VENDO_TENANT_ID", "system", false, tenant.id]
      ]
      assert.deepStrictEqual<ReadonlyArray<unknown>>(yield* shown(false), itself(true))
      assert.deepStrictEqual(yield* records(tenant.id), ["environment.change GREETING -"])
      assert.deepStrictEqual<ReadonlyArray<unknown>>(yield* shown(true), itself(false))
      assert.deepStrictEqual(yield* records(tenant.id), ["environment.change GREETING -", "environment.reveal -"])
    })
  )

  it.effect("are those a sandbox is started with, when it is one", () =>
    Effect.gen(function* () {
      const { shown } = yield* world("sandbox")
      const names: ReadonlyArray<string> = (yield* shown(true)).map(([name]) => name)
      assert.include(names, "VENDO_SANDBOX")
      assert.notInclude(names, "TELEGRAM_BOT_TOKEN")
    })
  )

  it.effect("are changed as one, each change a version, and what changes nothing is none", () =>
    Effect.gen(function* () {
      const { change, here, tenant } = yield* world()
      const before = yield* versions(here.id)
      assert.deepStrictEqual([before?.own, before?.sealed], [0, false])
      yield* change({ B: "2_unsaid", A: "1_unsaid", NEVER: null })
      assert.deepStrictEqual(yield* versions(here.id), { env: (before?.env ?? 0) + 1, own: 1, sealed: true })
      yield* change({ A: "1_unsaid", C: null })
      assert.deepStrictEqual(yield* versions(here.id), { env: (before?.env ?? 0) + 1, own: 1, sealed: true })
      yield* change({ A: null, B: "3_unsaid" })
      yield* change({ B: null })
      assert.deepStrictEqual(yield* versions(here.id), { env: (before?.env ?? 0) + 3, own: 3, sealed: false })
      // Names, and never a value.
      assert.deepStrictEqual(yield* records(tenant.id), [
        "environment.change B A -",
        "environment.change B - A",
        "environment.change - B"
      ])
      const said = yield* administer(`SELECT FROM broker.audit WHERE body::text LIKE '%_unsaid%'`)
      assert.strictEqual(said.length, 0)
    })
  )

  it.effect("keep all of what is set at the same time", () =>
    Effect.gen(function* () {
      const { change, here } = yield* world()
      const names = Array.from({ length: 12 }, (_, n) => `NAME_${n}`)
      yield* Effect.forEach(names, (name) => change({ [name]: name }), { concurrency: 6 })
      const { variables } = yield* Effect.flatMap(Environment, (environment) => environment.of(Option.some(here.key)))
      assert.deepStrictEqual(
        names.filter((name) => !(name in variables)),
        []
      )
    })
  )

  it.effect("of the manifest's integrations and of what is bound besides can not be set; others can", () =>
    Effect.gen(function* () {
      const { change, within } = yield* world()
      // In the manifest, and not bound; bound, and not in the manifest.
      for (const name of ["NOTION_TOKEN", "TELEGRAM_BOT_TOKEN", "OPENAI_BASE_URL", "VENDO_SANDBOX"]) {
        const error = yield* Effect.flip(change({ FINE: "x", [name]: "x_unsaid" }))
        assert.deepStrictEqual(
          [error._tag, error._tag === "validation_failed" ? error.field : ""],
          ["validation_failed", `variables.${name}`]
        )
        assert.notInclude(error.message, "_unsaid")
      }
      yield* change({ STRIPE_SECRET_KEY: "mine" })
      const stranger = AppId.make(crypto.randomUUID())
      assert.strictEqual((yield* Effect.flip(change({ A: "1" }, stranger)))._tag, "not_found")
      const variables = yield* Variables
      const list = within(variables.list(stranger, { reveal: false }))
      assert.strictEqual((yield* Effect.flip(list))._tag, "not_found")
    })
  )

  it.effect("are none of a deployment that was destroyed, which can not be started, stopped or restarted either", () =>
    Effect.gen(function* () {
      const { change, here, within } = yield* world()
      const lifecycle = yield* Lifecycle
      yield* administer(
        `UPDATE broker.deployments SET status = 'destroyed', status_reason = 'x' WHERE app_id = '${here.id}'`
      )
      assert.strictEqual((yield* Effect.flip(change({ A: "1" })))._tag, "conflict")
      for (const act of [lifecycle.start, lifecycle.stop, lifecycle.restart]) {
        assert.strictEqual((yield* Effect.flip(within(act(here.id))))._tag, "conflict")
        assert.strictEqual((yield* Effect.flip(within(act(AppId.make(crypto.randomUUID())))))._tag, "not_found")
      }
    })
  )
})
