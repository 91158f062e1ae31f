/** What can be done through HTTP, and how it is asked for. */
import type { AppKind } from "@vendodev/domain/App"
import type { Profile } from "@vendodev/domain/Profile"
import type { Call } from "../fixtures/client.ts"

/** Every id is a string the test chose: the tenant's own, another's, of another kind, or nobody's. */
export type Operation =
  | { readonly do: "listTenants" }
  | { readonly do: "createTenant"; readonly slug: string; readonly name: string }
  | { readonly do: "listApps" | "listConnections" | "listKeys"; readonly tenant: string }
  | { readonly do: "listConnectionsOf" | "removeUser"; readonly tenant: string; readonly user: string }
  | {
      readonly do: "createApp"
      readonly tenant: string
      readonly slug: string
      readonly name: string
      readonly kind: AppKind
    }
  | {
      readonly do: "createConnection"
      readonly tenant: string
      readonly slug: string
      readonly name: string
      readonly profile: Profile | undefined
      readonly credential: string | undefined
      readonly account?: string | undefined
      readonly user?: string | undefined
    }
  | { readonly do: "reconnect"; readonly tenant: string; readonly connection: string; readonly account: string }
  | {
      readonly do: "revokeConnection" | "planRemoval" | "removeConnection" | "mintConnectionKey"
      readonly tenant: string
      readonly connection: string
    }
  | { readonly do: "listBindings" | "mintAppKey"; readonly tenant: string; readonly app: string }
  | {
      readonly do: "bind"
      readonly tenant: string
      readonly app: string
      readonly slug: string
      readonly connection: string
    }
  | {
      readonly do: "unbind"
      readonly tenant: string
      readonly app: string
      readonly slug: string
      readonly user?: string | undefined
    }
  | { readonly do: "revokeKey"; readonly tenant: string; readonly key: string }
  | {
      readonly do: "vend"
      readonly key: string
      readonly slug: string
      /** Asked for by this variable instead. */
      readonly variable: string | undefined
      /** `X-Vendo-Connection`. */
      readonly connection: string | undefined
    }

const manage = (method: string, path: string, body?: object): Call => ({ method, path: `/api/tenants${path}`, body })

/** The request an operation is. Management still lacks its token. */
export const toCall = (operation: Operation): Call => {
  switch (operation.do) {
    case "listTenants":
      return manage("GET", "")
    case "createTenant":
      return manage("POST", "", { slug: operation.slug, name: operation.name })
    case "listApps":
      return manage("GET", `/${operation.tenant}/apps`)
    case "listConnections":
      return manage("GET", `/${operation.tenant}/connections`)
    case "listConnectionsOf":
      return manage("GET", `/${operation.tenant}/connections?user=${operation.user}`)
    case "removeUser":
      return manage("DELETE", `/${operation.tenant}/users/${operation.user}`)
    case "reconnect": {
      const { account, connection, tenant } = operation
      return manage("POST", `/${tenant}/connections/${connection}/reconnect`, { composio_account_id: account })
    }
    case "listKeys":
      return manage("GET", `/${operation.tenant}/keys`)
    case "createApp": {
      const { kind, name, slug, tenant } = operation
      return manage("POST", `/${tenant}/apps`, { slug, name, kind })
    }
    case "createConnection": {
      const { account: composio_account_id, credential, name, profile, slug, tenant, user } = operation
      // Undefined fields are not sent.
      const body = { slug, name, profile, credential, composio_account_id, user }
      return manage("POST", `/${tenant}/connections`, body)
    }
    case "revokeConnection":
      return manage("POST", `/${operation.tenant}/connections/${operation.connection}/revoke`)
    case "planRemoval":
      return manage("DELETE", `/${operation.tenant}/connections/${operation.connection}?dry_run=1`)
    case "removeConnection":
      return manage("DELETE", `/${operation.tenant}/connections/${operation.connection}`)
    case "mintConnectionKey":
      return manage("POST", `/${operation.tenant}/connections/${operation.connection}/keys`, {})
    case "listBindings":
      return manage("GET", `/${operation.tenant}/apps/${operation.app}/bindings`)
    case "mintAppKey":
      return manage("POST", `/${operation.tenant}/apps/${operation.app}/keys`, {})
    case "bind": {
      const { app, connection, slug, tenant } = operation
      return manage("PUT", `/${tenant}/apps/${app}/bindings/${slug}`, { connection_id: connection })
    }
    case "unbind": {
      const { app, slug, tenant, user } = operation
      return manage("DELETE", `/${tenant}/apps/${app}/bindings/${slug}${user === undefined ? "" : `?user=${user}`}`)
    }
    case "revokeKey":
      return manage("DELETE", `/${operation.tenant}/keys/${operation.key}`)
    case "vend": {
      const { connection, key, slug, variable } = operation
      return {
        method: "GET",
        path: `/credentials/${variable === undefined ? slug : `v1/${variable}`}`,
        bearer: key,
        ...(connection === undefined ? {} : { headers: { "x-vendo-connection": connection } })
      }
    }
  }
}
