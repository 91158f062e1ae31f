/** What can be asked about end users through HTTP, and how it is asked. */
import { tokenFingerprint } from "@vendodev/broker/vault/tokenFingerprint"
import { Redacted } from "effect"
import type { Call } from "../fixtures/client.ts"
import type { UserToken } from "./World.ts"

/** Every id is a string the test chose: the tenant's own, or another's. */
export type Managing =
  | {
      readonly do: "connect"
      readonly tenant: string
      readonly slug: string
      readonly name: string
      readonly user: string | null
      readonly credential: string | null
      readonly account: string | null
    }
  | { readonly do: "reconnect"; readonly tenant: string; readonly connection: string; readonly account: string }
  | { readonly do: "disconnect" | "mintConnectionKey"; readonly tenant: string; readonly connection: string }
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
      readonly user: string | null
    }
  | { readonly do: "mintAppKey" | "listBindings"; readonly tenant: string; readonly app: string }
  | { readonly do: "revokeKey"; readonly tenant: string; readonly key: string }
  | { readonly do: "removeUser"; readonly tenant: string; readonly user: string }
  | { readonly do: "listConnections"; readonly tenant: string; readonly user: string | null }

export interface Minting {
  readonly do: "mintUserToken"
  readonly key: string
  readonly subject: string
}

/** The four ways to ask for what a connection holds. */
export interface Vending {
  readonly do: "vend"
  readonly way: "slug" | "variable" | "many" | "report"
  readonly key: string
  readonly userToken: UserToken | undefined
  /** One, except for `many`. */
  readonly slugs: ReadonlyArray<string>
  /** `X-Vendo-Connection`. */
  readonly connection: string | undefined
  /** What is said to have been refused. */
  readonly refused: string
}

export type Operation = Managing | Minting | Vending

const isAlone = (slugs: ReadonlyArray<string>) => slugs[0] ?? ""
const asked = (user: string | null) => (user === null ? "" : `?user=${encodeURIComponent(user)}`)

const toManage = (method: string, tenant: string, path: string, body?: object): Call => ({
  method,
  path: `/api/tenants/${tenant}/${path}`,
  body
})

const managing = (operation: Managing): Call => {
  const { tenant } = operation
  switch (operation.do) {
    case "connect": {
      const { account, credential, name, slug, user } = operation
      return toManage("POST", tenant, "connections", {
        slug,
        name,
        // What is null is not sent.
        user: user ?? undefined,
        credential: credential ?? undefined,
        composio_account_id: account ?? undefined
      })
    }
    case "reconnect":
      return toManage("POST", tenant, `connections/${operation.connection}/reconnect`, {
        composio_account_id: operation.account
      })
    case "disconnect":
      return toManage("POST", tenant, `connections/${operation.connection}/revoke`)
    case "mintConnectionKey":
      return toManage("POST", tenant, `connections/${operation.connection}/keys`, {})
    case "bind":
      return toManage("PUT", tenant, `apps/${operation.app}/bindings/${operation.slug}`, {
        connection_id: operation.connection
      })
    case "unbind":
      return toManage("DELETE", tenant, `apps/${operation.app}/bindings/${operation.slug}${asked(operation.user)}`)
    case "listBindings":
      return toManage("GET", tenant, `apps/${operation.app}/bindings`)
    case "mintAppKey":
      return toManage("POST", tenant, `apps/${operation.app}/keys`, {})
    case "revokeKey":
      return toManage("DELETE", tenant, `keys/${operation.key}`)
    case "removeUser":
      return toManage("DELETE", tenant, `users/${encodeURIComponent(operation.user)}`)
    case "listConnections":
      return toManage("GET", tenant, `connections${asked(operation.user)}`)
  }
}

const paths: Record<Vending["way"], (slugs: ReadonlyArray<string>) => string> = {
  slug: isAlone,
  variable: (slugs) => `v1/${isAlone(slugs)}`,
  many: (slugs) => `_bulk?slugs=${slugs.join(",")}`,
  report: (slugs) => `${isAlone(slugs)}/refused`
}

/** The request an operation is. Management still lacks its token. */
export const toCall = (operation: Operation): Call => {
  if (operation.do === "mintUserToken") {
    const { key: bearer, subject } = operation
    return { method: "POST", path: "/api/deployments/me/user-tokens", bearer, body: { subject } }
  }
  if (operation.do !== "vend") return managing(operation)
  const { connection, key: bearer, refused, slugs, userToken, way } = operation
  return {
    method: way === "report" ? "POST" : "GET",
    path: `/credentials/${paths[way](slugs)}`,
    bearer,
    headers: {
      ...(userToken === undefined ? {} : { "x-vendo-user-jwt": userToken.text }),
      ...(connection === undefined ? {} : { "x-vendo-connection": connection })
    },
    ...(way === "report" ? { body: { fingerprint: tokenFingerprint(Redacted.make(refused)), status: 403 } } : {})
  }
}
