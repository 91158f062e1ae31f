import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Option, Record, Redacted } from "effect"
import { Environment } from "@vendodev/broker/install/Environment"
import { ServiceAddress } from "@vendodev/broker/install/ServiceAddress"
import { Variables } from "@vendodev/broker/install/Variables"
import { AppKeys } from "@vendodev/broker/manage/AppKeys"
import { Bindings } from "@vendodev/broker/manage/Bindings"
import { Connections } from "@vendodev/broker/manage/Connections"
import { CredentialResolver } from "@vendodev/broker/vend/CredentialResolver"
import { ProxyAddress } from "@vendodev/broker/vend/ProxyAddress"
import { mint } from "@vendodev/broker/vault/KeyFormat"
import { Vault } from "@vendodev/broker/vault/Vault"
import { ComposioAccountId, DisplayName, IntegrationSlug } from "@vendodev/domain/Ids"
import * as Fixture from "@vendodev/testing/Fixture"
import { RequestId } from "@vendodev/domain/RequestId"
import { administer, broker, connect, install } from "./fixtures/running.ts"

const reached = broker.pipe(
  Layer.provide([
    Layer.succeed(ServiceAddress, Option.some({ api: "https://v.example", credentials: "https://c.v.example" })),
    Layer.succeed(ProxyAddress, (slug) => Option.some(`https://proxy.example/${slug}`))
  ])
)

let bots = 4000

const of = (key: Redacted.Redacted) => Effect.flatMap(Environment, (environment) => environment.of(Option.some(key)))

const variablesOf = (key: Redacted.Redacted) =>
  Effect.map(of(key), ({ variables }) => Record.map(variables, Redacted.value))

const records = (request: string) =>
  administer<{ readonly said: string }>(`
    SELECT concat_ws(' ', body->>'action', body->>'outcome', body->>'integration', body->>'version') AS said
    FROM broker.audit WHERE body->>'request' = '${request}' ORDER BY seq`).pipe(
    Effect.map((rows) => rows.map(({ said }) => said))
  )

/** A deployment of everything there is to be bound. */
const world = Effect.gen(function* () {
  const { app: plain, tenant, within } = yield* Fixture.makeTenant()
  const credential = `${++bots}:bot_unsaid`
  const made = yield* within(
    Effect.gen(function* () {
      const bindings = yield* Bindings
      const connections = yield* Connections
      const keys = yield* AppKeys
      const here = yield* install({ slug: "here" })
      const bot = yield* connect("telegram", credential)
      const pages = yield* connect("notion", "ntn_unsaid", { profile: "oauth_app_install" })
      const pool = yield* connect("openai", undefined, { profile: "vendo_managed_pool" })
      const mail = yield* connections.create({
        slug: "gmail",
        name: DisplayName.make("gmail"),
        profile: Option.none(),
        credential: Option.none(),
        account: ComposioAccountId.make("ca_1")
      })
      for (const { id, slug } of [bot, pages, pool, mail]) yield* bindings.set(here.id, slug, id)
      const { key: locked } = yield* keys.mint({ connection: pages.id }, Option.none())
      const { key: plainKey } = yield* keys.mint({ app: plain.id }, Option.none())
      return { here, bot, pages, locked, plainKey }
    })
  )
  return { ...made, credential, tenant, within }
})

layer(reached, { excludeTestServices: true })("What a deployment is started with", (it) => {
  it.effect("is what follows from its connections, who it is, and the tenant's own variables; and recorded", () =>
    Effect.gen(function* () {
      const { credential, here, tenant, within } = yield* world
      const [bot = ""] = credential.split(":")
      const variables = yield* Variables
      yield* within(variables.change(here.id, { GREETING: Redacted.make("hello\nthere") }))
      const request = crypto.randomUUID()
      const found = yield* Effect.provideService(of(here.key), RequestId, request)
      const { variables: values, ...rest } = found
      assert.deepStrictEqual(rest, {
        env_version: 6,
        restart: 0,
        deployment: { id: here.id, slug: here.slug, name: here.name, kind: "production" },
        health: null
      })
      assert.deepStrictEqual(Record.map(values, Redacted.value), {
        GREETING: "hello\nthere",
        NOTION_TOKEN: "ntn_unsaid",
        OPENAI_API_KEY: Redacted.value(here.key),
        OPENAI_BASE_URL: "https://proxy.example/openai",
        TELEGRAM_BOT_ID: bot,
        TELEGRAM_BOT_TOKEN: credential,
        VENDO_API_URL: "https://v.example",
        VENDO_BASE_URL: "https://v.example",
        VENDO_CREDENTIALS_URL: "https://c.v.example",
        VENDO_DEPLOYMENT_ID: here.id,
        VENDO_DEPLOYMENT_SLUG: "here",
        VENDO_TENANT_ID: tenant.id
      })
      assert.notMatch(JSON.stringify(found), /_unsaid|hello/)
      assert.deepStrictEqual(yield* records(request), [
        "environment granted 6",
        "vend granted notion",
        "vend granted telegram"
      ])
    })
  )

  it.effect("lacks what can not be had, and nothing else for that", () =>
    Effect.gen(function* () {
      const { bot, here, pages, within } = yield* world
      yield* administer(`UPDATE broker.connections SET status = 'needs_reauth' WHERE id = '${pages.id}'`)
      const without = yield* variablesOf(here.key)
      assert.notProperty(without, "NOTION_TOKEN")
      assert.property(without, "TELEGRAM_BOT_TOKEN")
      yield* administer(
        `UPDATE broker.connections SET secret_box = set_byte(secret_box, 40, 1 + get_byte(secret_box, 40) % 255)
          WHERE id = '${bot.id}'`
      )
      const broken = yield* variablesOf(here.key)
      assert.deepStrictEqual(
        Object.keys(broken).filter((name) => /^(?:TELEGRAM|NOTION)/.test(name)),
        []
      )
      yield* within(Effect.flatMap(Connections, (connections) => connections.revoke(bot.id)))
      assert.notProperty(yield* variablesOf(here.key), "TELEGRAM_BOT_TOKEN")
    })
  )

  it.effect("may be newer than its version, and never older", () =>
    Effect.gen(function* () {
      const { credential, here, within } = yield* world
      const bindings = yield* Bindings
      const resolver = yield* CredentialResolver
      const before = yield* of(here.key)
      // Between the version and the vend, what was bound is taken away, and something else is bound.
      const meanwhile = within(
        Effect.gen(function* () {
          yield* bindings.remove(here.id, IntegrationSlug.make("notion"))
          const other = yield* connect("stripe", "sk_unsaid")
          yield* bindings.set(here.id, other.slug, other.id)
        })
      ).pipe(Effect.provideService(Connections, yield* Connections), Effect.orDie)
      const raced = CredentialResolver.of({
        ...resolver,
        resolveAll: (...asked) => Effect.andThen(meanwhile, resolver.resolveAll(...asked))
      })
      const racing = Environment.layer.pipe(Layer.provide([Layer.succeed(CredentialResolver, raced), Vault.layer]))
      const found = yield* of(here.key).pipe(Effect.provide(racing, { local: true }))
      assert.strictEqual(found.env_version, before.env_version)
      assert.notProperty(found.variables, "NOTION_TOKEN")
      assert.strictEqual(Redacted.value(found.variables["TELEGRAM_BOT_TOKEN"] ?? Redacted.make("")), credential)
      const after = yield* of(here.key)
      assert.isAbove(after.env_version, found.env_version)
      assert.property(after.variables, "STRIPE_SECRET_KEY")
    })
  )

  it.effect("is given to the deployment of the key and to nobody else", () =>
    Effect.gen(function* () {
      const { here, locked, plainKey } = yield* world
      const refusal = (key: Redacted.Redacted) => Effect.map(Effect.flip(of(key)), ({ _tag }) => _tag)
      assert.strictEqual(yield* refusal(mint("vendo_sk_")), "app_unknown")
      assert.strictEqual(yield* refusal(locked), "forbidden")
      assert.strictEqual(yield* refusal(plainKey), "not_found")
      yield* administer(
        `UPDATE broker.deployments SET status = 'destroyed', status_reason = 'x' WHERE app_id = '${here.id}'`
      )
      assert.strictEqual(yield* refusal(here.key), "not_found")
      yield* administer(`UPDATE broker.app_keys SET revoked_at = now() WHERE app_id = '${here.id}'`)
      assert.strictEqual(yield* refusal(here.key), "app_revoked")
    })
  )

  it.effect("is refused as a whole while the tenant's own variables can not be opened, and moved ones never can", () =>
    Effect.gen(function* () {
      const { here, within } = yield* world
      const variables = yield* Variables
      const there = yield* within(install({ slug: "there" }))
      yield* within(variables.change(here.id, { ONE: Redacted.make("first_unsaid") }))
      yield* within(variables.change(there.id, { TWO: Redacted.make("second_unsaid") }))
      yield* administer(
        `UPDATE broker.deployments d SET env_box = o.env_box FROM broker.deployments o
          WHERE d.app_id = '${there.id}' AND o.app_id = '${here.id}'`
      )
      assert.strictEqual((yield* Effect.flip(of(there.key)))._tag, "unavailable")
      yield* administer(`UPDATE broker.deployments SET env_version = env_version + 1 WHERE app_id = '${here.id}'`)
      assert.strictEqual((yield* Effect.flip(of(here.key)))._tag, "unavailable")
    })
  )
})
