import { assert, describe, it } from "@effect/vitest"
import { Option, Redacted } from "effect"
import {
  byName,
  type Derived,
  fromConnections,
  fromItself,
  type Given,
  isGiven,
  isVended,
  namesOf,
  type Source
} from "@vendodev/broker/install/derivation"
import { AppId, IntegrationSlug, Slug, TenantId } from "@vendodev/domain/Ids"
import { type Profile, Profile as Profiles } from "@vendodev/domain/Profile"

const id = "0190b5a4-0000-7000-8000-000000000001"

const source = (slug: string, profile: Profile = "byok_static", more: Partial<Source> = {}): Source => ({
  slug: IntegrationSlug.make(slug),
  profile,
  status: "active",
  metadata: {},
  ...more
})

const given = (credentials: Readonly<Record<string, string>> = {}, more: Partial<Given> = {}): Given => ({
  kind: "production",
  credentials: new Map(Object.entries(credentials).map(([slug, text]) => [slug, Redacted.make(text)])),
  key: Redacted.make("the-key"),
  proxyOf: (slug) => Option.some(`https://proxy.example/${slug}`),
  ...more
})

const values = (variables: ReadonlyArray<Derived>) =>
  Object.fromEntries(variables.map(({ name, value }) => [name, Redacted.value(value)]))

describe("Variables of a connection", () => {
  const bot = source("telegram", "byok_static", {
    metadata: { telegram_bot_id: "42", telegram_bot_username: 7, webhook: { signing_secret: "s3" } }
  })

  it("are the credential and what stands in its metadata, by path", () =>
    assert.deepStrictEqual(values(fromConnections([bot], given({ telegram: "42:bot" }))), {
      TELEGRAM_BOT_TOKEN: "42:bot",
      TELEGRAM_BOT_ID: "42",
      TELEGRAM_BOT_USERNAME: "7",
      TELEGRAM_SIGNING_SECRET: "s3"
    }))

  it("are left out where their path leads nowhere, or to no text", () => {
    for (const metadata of [
      {},
      { webhook: "no" },
      { webhook: { signing_secret: { deep: "no" } } },
      { webhook: null }
    ]) {
      const found = fromConnections([source("telegram", "byok_static", { metadata })], given({ telegram: "42:bot" }))
      assert.deepStrictEqual(values(found), { TELEGRAM_BOT_TOKEN: "42:bot" })
    }
  })

  it("are none, not even those that are no secret, when the credential was refused", () =>
    assert.deepStrictEqual(fromConnections([bot], given()), []))

  it("are, for a pool, the app's key and where it is taken; and neither, when nobody knows where", () => {
    const pool = source("openai", "vendo_managed_pool")
    assert.deepStrictEqual(values(fromConnections([pool], given())), {
      OPENAI_API_KEY: "the-key",
      OPENAI_BASE_URL: "https://proxy.example/openai"
    })
    assert.deepStrictEqual(fromConnections([pool], given({}, { proxyOf: Option.none })), [])
  })

  it("never are tokens that come and go", () => {
    for (const slug of ["google", "slack", "supabase"]) {
      const managed = source(slug, "composio_managed")
      assert.deepStrictEqual(fromConnections([managed], given({ [slug]: "ya29" })), [])
      assert.isFalse(isGiven("production")(managed))
    }
  })

  it("are none of what is pending, revoked, or to be authorised again", () => {
    for (const status of ["pending", "revoked", "needs_reauth"] as const) {
      const found = fromConnections([source("notion", "byok_static", { status })], given({ notion: "ntn" }))
      assert.deepStrictEqual(found, [])
    }
    const failing = fromConnections([source("notion", "byok_static", { status: "error" })], given({ notion: "ntn" }))
    assert.deepStrictEqual(values(failing), { NOTION_TOKEN: "ntn" })
  })

  it("are none of an exclusive one for a sandbox", () => {
    const box = given({ telegram: "42:bot", notion: "ntn" }, { kind: "sandbox" })
    assert.deepStrictEqual(values(fromConnections([bot, source("notion")], box)), { NOTION_TOKEN: "ntn" })
  })

  it("need a credential for the profiles that hold one which does not expire", () =>
    assert.deepStrictEqual(
      Profiles.literals.filter((profile) => isVended(source("notion", profile))),
      ["byok_static", "oauth_app_install"]
    ))

  it("say whose they are, and which are secret", () =>
    assert.deepStrictEqual(
      fromConnections([bot], given({ telegram: "42:bot" })).map(({ integration, kind, name, secret }) => [
        name,
        kind,
        integration,
        secret
      ]),
      [
        ["TELEGRAM_BOT_TOKEN", "integration", "telegram", true],
        ["TELEGRAM_BOT_ID", "integration", "telegram", false],
        ["TELEGRAM_BOT_USERNAME", "integration", "telegram", false],
        ["TELEGRAM_SIGNING_SECRET", "integration", "telegram", true]
      ]
    ))
})

describe("Variables of the deployment itself", () => {
  const one = { tenant: TenantId.make(id), id: AppId.make(id), slug: Slug.make("echo"), kind: "production" as const }
  const address = Option.some({ api: "https://v.example", credentials: "https://credentials.v.example" })

  it("say who it is and where the service is, if that is known", () => {
    const who = { VENDO_DEPLOYMENT_ID: id, VENDO_DEPLOYMENT_SLUG: "echo", VENDO_TENANT_ID: id }
    assert.deepStrictEqual(values(fromItself(one, Option.none())), who)
    assert.deepStrictEqual(values(fromItself(one, address)), {
      ...who,
      VENDO_API_URL: "https://v.example",
      VENDO_BASE_URL: "https://v.example",
      VENDO_CREDENTIALS_URL: "https://credentials.v.example"
    })
  })

  it("say that it is a sandbox, and never that it is none", () => {
    assert.strictEqual(values(fromItself({ ...one, kind: "sandbox" }, address))["VENDO_SANDBOX"], "1")
    assert.notProperty(values(fromItself(one, address)), "VENDO_SANDBOX")
  })

  it("win over all others, and those of connections over the tenant's own", () => {
    const variable = (kind: Derived["kind"], name: string): Derived => {
      return { name, kind, integration: null, secret: false, value: Redacted.make(kind) }
    }
    const all = byName(
      [variable("user", "C"), variable("user", "A"), variable("user", "B")],
      [variable("integration", "B"), variable("integration", "C")],
      [variable("system", "C")]
    )
    assert.deepStrictEqual(Object.entries(values(all)), [
      ["A", "user"],
      ["B", "integration"],
      ["C", "system"]
    ])
  })
})

describe("Names that follow from connections", () => {
  it("are those of every profile that would be in variables, of these integrations and no others", () => {
    assert.deepStrictEqual(
      namesOf(["openai", "notion", "google", "no-such"]),
      new Set(["OPENAI_API_KEY", "OPENAI_BASE_URL", "NOTION_TOKEN"])
    )
  })
})
