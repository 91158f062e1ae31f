/** What a removal takes away, and what becomes of the credential upstream; and the end of it all. */
import type { UpstreamEnd } from "@vendodev/domain/Removal"
import { type App, type Connection, isApp, type Tenant, type World } from "./World.ts"

/** What an app is started with, where it is the tenant's own connection. */
const variables: Readonly<Record<string, ReadonlyArray<string>>> = {
  "openai vendo_managed_pool": ["OPENAI_API_KEY", "OPENAI_BASE_URL"],
  "openai byok_static": ["OPENAI_API_KEY"],
  "notion oauth_app_install": ["NOTION_TOKEN"],
  "notion byok_static": ["NOTION_TOKEN"],
  "telegram byok_static": ["TELEGRAM_BOT_TOKEN", "TELEGRAM_BOT_ID"],
  "stripe byok_static": ["STRIPE_SECRET_KEY"],
  "slack byok_static": ["SLACK_BOT_TOKEN"]
}

const isBoundTo = ({ id }: Connection, { bindings }: App) => [...bindings.values()].some((one) => one.id === id)

const keysOf = ({ keys }: Tenant, { id }: Connection) =>
  keys.filter(({ isRevoked, scope }) => !isRevoked && !isApp(scope) && scope.id === id)

/** Of these integrations, Telegram alone listens to who pastes a credential; and Composio is not configured here. */
export const isToldOf = ({ profile, slug, status }: Connection) =>
  slug === "telegram" && profile === "byok_static" && status !== "revoked"

const upstreamOf = (world: World, connection: Connection): UpstreamEnd["outcome"] => {
  if (connection.isTold || connection.profile === "vendo_managed_pool") return "nothing_to_revoke"
  if (!isToldOf(connection)) return "not_possible"
  return world.sharesBot(connection) ? "nothing_to_revoke" : "revoked"
}

export const foresee = (world: World, tenant: Tenant, connection: Connection) => ({
  deployments: tenant.apps
    .filter((app) => isBoundTo(connection, app))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, name, slug }) => ({
      app_id: id,
      slug,
      name,
      user: connection.user,
      status: null,
      variables: connection.user === null ? (variables[`${connection.slug} ${connection.profile}`] ?? []) : [],
      exclusive: connection.slug === "telegram"
    })),
  keys: keysOf(tenant, connection)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ text }) => text.slice(0, "vendo_sk_".length + 4)),
  upstream: upstreamOf(world, connection)
})

export const end = (tenant: Tenant, connection: Connection) => {
  for (const { bindings } of tenant.apps) {
    for (const [place, one] of bindings) if (one.id === connection.id) bindings.delete(place)
  }
  for (const key of keysOf(tenant, connection)) key.isRevoked = true
  connection.isTold ||= isToldOf(connection)
  connection.status = "revoked"
}
