/** What must be true of the service after every operation so far, in the simplest form that can say it. */
import type { AppKind } from "@vendodev/domain/App"
import type { Profile } from "@vendodev/domain/Profile"

export interface Connection {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly profile: Profile
  /** What a vend of it hands out; null where it hands out the caller's key. */
  readonly secret: string | null
  /** The exclusive identity in it: the number of a bot. */
  readonly bot: string | null
  /** At Composio, which is not configured here. */
  account: string | null
  /** The end user it belongs to; null for the tenant's own. */
  readonly user: string | null
  status: "active" | "needs_reauth" | "revoked"
  /** Its upstream is being told that it ended, or was. */
  isTold: boolean
}

export interface App {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly kind: AppKind
  /** By integration and end user. */
  readonly bindings: Map<string, Connection>
}

export const bindingKey = (slug: string, user: string | null) => `${slug} ${user ?? ""}`

export interface Key {
  readonly id: string
  readonly text: string
  readonly scope: App | Connection
  isRevoked: boolean
  isExpired: boolean
}

export interface Tenant {
  readonly id: string
  readonly slug: string
  readonly name: string
  isSuspended: boolean
  readonly apps: Array<App>
  readonly connections: Array<Connection>
  readonly keys: Array<Key>
}

export class World {
  readonly tenants: Array<Tenant> = []

  tenant = (id: string) => this.tenants.find((tenant) => tenant.id === id)

  key(text: string): { readonly tenant: Tenant; readonly key: Key } | undefined {
    for (const tenant of this.tenants) {
      const key = tenant.keys.find((key) => key.text === text)
      if (key !== undefined) return { tenant, key }
    }
    return undefined
  }

  /** Who consumes a bot, in whatever tenant. A revoked connection gave it back. */
  holder(bot: string): { readonly tenant: Tenant; readonly app: App; readonly user: string | null } | undefined {
    for (const tenant of this.tenants) {
      for (const app of tenant.apps) {
        const bound = [...app.bindings.values()].find((one) => one.bot === bot && one.status !== "revoked")
        if (bound !== undefined) return { tenant, app, user: bound.user }
      }
    }
    return undefined
  }

  /** Whether another connection, in whatever tenant, stands on the same bot. */
  sharesBot({ bot, id }: Connection): boolean {
    return this.tenants.some(({ connections }) =>
      connections.some((other) => other.id !== id && other.status !== "revoked" && bot !== null && other.bot === bot)
    )
  }

  /** Every id a tenant may be shown: its own. */
  idsOf({ apps, connections, id, keys }: Tenant): ReadonlySet<string> {
    return new Set([id, ...[...apps, ...connections, ...keys].map(({ id }) => id)])
  }
}

export const isApp = (scope: App | Connection): scope is App => "bindings" in scope

/** The mark in every secret of a tenant: seen in any other tenant's answer, it is a leak even where the model is blind. */
export const canary = (tenant: number, number: number) => `canary-${tenant}-${number}-of-a-credential`
export const canaries = /canary-(\d+)-\d+-of-a-credential/g
