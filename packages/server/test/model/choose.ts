/** Operations at random, over few names, so that they collide; and all the ids that do not belong, one by one. */
import { Redacted } from "effect"
import { mint } from "@vendodev/broker/vault/KeyFormat"
import type { Operation } from "./operations.ts"
import { canary, isApp, type Tenant, type World } from "./World.ts"

export const tenantCount = 20
export const integrations = ["openai", "notion", "telegram", "stripe", "google", "slack"] as const
const variables = {
  openai: "OPENAI_API_KEY",
  notion: "NOTION_TOKEN",
  telegram: "TELEGRAM_BOT_TOKEN",
  stripe: "STRIPE_SECRET_KEY",
  google: "GOOGLE_ACCESS_TOKEN",
  slack: "SLACK_BOT_TOKEN"
}
/** In every tenant the same: nothing of one is another's. */
const users = ["alice", "bob"]
const accounts = ["ca_1", "ca_2"]
const names = ["Acme", "Acme ", "acme"].map((name) => name.trim())
const slugs = ["acme", "tool", "t-0", "t-1"]
const bots = 8

/** Nobody's, and the same in every run of a seed. */
const nobody = (n: number) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`

/** Well-formed, and issued by nobody. */
const unknownKey = Redacted.value(mint("vendo_sk_"))

type Kind = "tenants" | "apps" | "connections" | "keys"

const idsOf = (tenant: Tenant, kind: Kind): ReadonlyArray<string> =>
  kind === "tenants" ? [tenant.id] : tenant[kind].map(({ id }) => id)

export class Chooser {
  readonly #world: World
  readonly #next: () => number

  constructor(world: World, next: () => number) {
    this.#world = world
    this.#next = next
  }

  below = (n: number) => Math.floor(this.#next() * n)
  chance = (percent: number) => this.below(100) < percent
  of = <A>(list: ReadonlyArray<A>): A | undefined => list[this.below(list.length)]

  /** Mostly the tenant's own; else another's of that kind, its own of another kind, or nobody's. */
  id(tenant: Tenant, kind: Kind): string {
    const other = this.of(this.#world.tenants) ?? tenant
    const kinds = ["tenants", "apps", "connections", "keys"] as const
    const chosen = this.chance(78)
      ? this.of(idsOf(tenant, kind))
      : this.chance(60)
        ? this.of(idsOf(other, kind))
        : this.chance(50)
          ? this.of(idsOf(tenant, this.of(kinds) ?? kind))
          : undefined
    return chosen ?? nobody(this.below(1_000))
  }

  credential(tenant: Tenant, slug: string): string | undefined {
    if (this.chance({ openai: 40, google: 95, slack: 50 }[slug] ?? 5)) return undefined
    const secret = canary(this.#world.tenants.indexOf(tenant), this.below(3))
    return slug === "telegram" && !this.chance(5) ? `${100 + this.below(bots)}:${secret}` : secret
  }

  connection(tenant: Tenant): Operation {
    const slug = this.chance(3) ? "no-such-integration" : (this.of(integrations) ?? "notion")
    const profiles = [
      "byok_static",
      "oauth_app_install",
      "vendo_managed_pool",
      "webhook_inbound",
      "composio_managed"
    ] as const
    const credential = this.credential(tenant, slug)
    const profile = this.chance(30) ? this.of(profiles) : undefined
    const isOfComposio = slug === "google" || (slug === "slack" && credential === undefined)
    return {
      do: "createConnection",
      tenant: this.chance(3) ? nobody(1) : tenant.id,
      slug,
      name: this.of(names) ?? "Acme",
      // A webhook without a secret has one made for it, which is in no model: see InboundWebhooks.pg.test.ts.
      profile: profile === "webhook_inbound" && credential === undefined ? undefined : profile,
      credential,
      account: this.chance(isOfComposio ? 90 : 3) ? this.of(accounts) : undefined,
      user: this.chance(30) ? this.of(users) : undefined
    }
  }

  vend(): Operation {
    const tenant = this.of(this.#world.tenants)
    const key = tenant === undefined ? undefined : this.of(tenant.keys.slice(-20))
    const scope = key?.scope
    const connections = scope === undefined ? [] : isApp(scope) ? [...scope.bindings.values()] : [scope]
    const usable = connections.map(({ slug }) => slug)
    const slug = this.of(integrations) ?? "notion"
    return {
      do: "vend",
      key: this.chance(4) ? unknownKey : (key?.text ?? unknownKey),
      slug: this.chance(3) ? "no-such-integration" : ((this.chance(75) ? this.of(usable) : undefined) ?? slug),
      variable: this.chance(10) ? variables[slug] : undefined,
      connection: this.chance(12) && tenant !== undefined ? this.id(tenant, "connections") : undefined
    }
  }

  operation(): Operation {
    const tenant = this.of(this.#world.tenants)
    const roll = this.below(100)
    if (tenant === undefined || roll < 2) {
      return { do: "createTenant", slug: `t-${this.below(tenantCount)}`, name: this.of(names) ?? "Acme" }
    }
    if (roll < 3) return { do: "listTenants" }
    if (roll < 38) return this.vend()
    const within = this.id(tenant, "tenants")
    if (roll < 51) return this.connection(tenant)
    const app = this.id(tenant, "apps")
    const connection = this.id(tenant, "connections")
    if (roll < 71) {
      const slug = tenant.connections.find(({ id }) => id === connection)?.slug
      return { do: "bind", tenant: within, app, slug: (this.chance(93) ? slug : undefined) ?? "notion", connection }
    }
    if (roll < 74) {
      const user = this.chance(30) ? this.of(users) : undefined
      return { do: "unbind", tenant: within, app, slug: this.of(integrations) ?? "notion", user }
    }
    if (roll < 79) return { do: "mintAppKey", tenant: within, app }
    if (roll < 83) return { do: "mintConnectionKey", tenant: within, connection }
    if (roll < 85) return { do: "revokeKey", tenant: within, key: this.id(tenant, "keys") }
    if (roll < 86) return { do: "revokeConnection", tenant: within, connection }
    if (roll < 87) return { do: this.chance(50) ? "planRemoval" : "removeConnection", tenant: within, connection }
    if (roll < 88) {
      return this.chance(50)
        ? { do: "removeUser", tenant: within, user: this.of(users) ?? "alice" }
        : { do: "reconnect", tenant: within, connection, account: this.of(accounts) ?? "ca_1" }
    }
    if (roll < 91) return { do: "listBindings", tenant: within, app }
    if (roll < 92) return { do: "listConnectionsOf", tenant: within, user: this.of(users) ?? "alice" }
    if (roll < 96) {
      return { do: this.of(["listApps", "listConnections", "listKeys"] as const) ?? "listApps", tenant: within }
    }
    const kind = this.chance(50) ? "sandbox" : "production"
    return { do: "createApp", tenant: within, slug: this.of(slugs) ?? "tool", name: this.of(names) ?? "Acme", kind }
  }
}

/** What each tenant has before anything happens at random. */
export const furnish = (tenant: Tenant, number: number): ReadonlyArray<Operation> => [
  { do: "createApp", tenant: tenant.id, slug: "tool", name: "Acme", kind: "production" },
  { do: "createApp", tenant: tenant.id, slug: "acme", name: "Acme", kind: "sandbox" },
  ...integrations.map((slug): Operation => ({
    do: "createConnection",
    tenant: tenant.id,
    slug,
    name: "Acme",
    profile: undefined,
    ...(slug === "google"
      ? { credential: undefined, account: "ca_1" }
      : { credential: slug === "telegram" ? `${100 + (number % bots)}:${canary(number, 0)}` : canary(number, 0) })
  })),
  ...users.map((user): Operation => ({
    do: "createConnection",
    tenant: tenant.id,
    slug: "notion",
    name: "Acme",
    profile: undefined,
    credential: canary(number, 1),
    user
  }))
]

/** Every way to name an object of another tenant, of another kind or of nobody, in every place an id can stand. */
export const sweep = (mine: Tenant, theirs: Tenant): ReadonlyArray<Operation> => {
  const sources = (kind: Kind, other: Kind): ReadonlyArray<string> =>
    [idsOf(mine, kind)[0], idsOf(theirs, kind)[0], idsOf(mine, other)[0], nobody(0)].map((id) => id ?? nobody(0))
  const tenants = sources("tenants", "apps")
  const apps = sources("apps", "connections")
  const connections = sources("connections", "apps")
  const keys = sources("keys", "connections")
  const slug = mine.connections[0]?.slug ?? "openai"
  return tenants.flatMap((tenant): ReadonlyArray<Operation> => [
    { do: "listApps", tenant },
    { do: "listConnections", tenant },
    { do: "listKeys", tenant },
    { do: "createApp", tenant, slug: "tool", name: "Acme", kind: "production" },
    { do: "createConnection", tenant, slug: "openai", name: "Acme", profile: undefined, credential: undefined },
    { do: "listConnectionsOf", tenant, user: "alice" },
    ...apps.flatMap((app): ReadonlyArray<Operation> => [
      { do: "listBindings", tenant, app },
      { do: "mintAppKey", tenant, app },
      { do: "unbind", tenant, app, slug },
      { do: "unbind", tenant, app, slug, user: "alice" },
      ...connections.map((connection): Operation => ({ do: "bind", tenant, app, slug, connection }))
    ]),
    ...connections.flatMap((connection): ReadonlyArray<Operation> => [
      { do: "mintConnectionKey", tenant, connection },
      { do: "reconnect", tenant, connection, account: "ca_2" }
    ]),
    { do: "removeUser", tenant, user: "alice" },
    ...mine.keys
      .slice(0, 2)
      .flatMap(({ text: key }) =>
        connections.map((connection): Operation => ({ do: "vend", key, slug, variable: undefined, connection }))
      ),
    ...keys.map((key): Operation => ({ do: "revokeKey", tenant, key })),
    ...connections.flatMap((connection): ReadonlyArray<Operation> => [
      { do: "planRemoval", tenant, connection },
      { do: "revokeConnection", tenant, connection },
      { do: "removeConnection", tenant, connection },
      { do: "planRemoval", tenant, connection }
    ])
  ])
}
