/** What must be true of end users after every operation so far, in the simplest form that can say it. */
import type { Profile } from "@vendodev/domain/Profile"

export interface Connection {
  readonly id: string
  readonly slug: string
  readonly profile: Profile
  /** The end user it belongs to; null for the tenant's own. */
  readonly user: string | null
  /** What was pasted; null where an account was named. */
  readonly credential: string | null
  /** The account at Composio; null where a credential was pasted. */
  account: string | null
  /** The account's token, as far as one was had and is fresh. */
  held: string | null
  isFresh: boolean
  status: "active" | "needs_reauth" | "revoked"
}

export interface App {
  readonly id: string
  /** By integration and user. */
  readonly bindings: Map<string, Connection>
}

export const place = (slug: string, user: string | null) => `${slug} ${user ?? ""}`

export interface Key {
  readonly id: string
  readonly text: string
  readonly tenant: Tenant
  readonly scope: App | Connection
  isRevoked: boolean
  /** Refused tokens reported with it: there is a limit to them, which is not what is tested here. */
  reports: number
}

export interface Tenant {
  readonly id: string
  readonly number: number
  isSuspended: boolean
  readonly apps: Array<App>
  readonly connections: Array<Connection>
  readonly keys: Array<Key>
  /** When a user was last removed, in milliseconds since 1970. */
  readonly removed: Map<string, number>
}

/** A user token that was made, well or badly. */
export interface UserToken {
  readonly text: string
  /** Which way it was made. */
  readonly by: "own" | "external" | "forged"
  readonly tenant: string
  readonly app: string | undefined
  readonly subject: string
  /** Seconds since 1970. */
  readonly issuedAt: number | undefined
}

export class World {
  readonly tenants: Array<Tenant> = []
  readonly userTokens: Array<UserToken> = []

  tenant = (id: string) => this.tenants.find((tenant) => tenant.id === id)
  key = (text: string) => this.tenants.flatMap(({ keys }) => keys).find((key) => key.text === text)
}

export const isApp = (scope: App | Connection): scope is App => "bindings" in scope

/**
 * Who may be called what. Each is, to somebody careless, another one: cut off, put together, in another case, encoded,
 * unescaped, a pattern, or nothing at all.
 */
export const subjects = [
  "a",
  "b",
  "ab",
  "a|b",
  "A",
  "a%7Cb",
  "a%7cb",
  "a%257Cb",
  "a|",
  "|b",
  "a,b",
  "a/b",
  "a%2Fb",
  "a+b",
  "a%20b",
  "a%",
  "a_",
  "*",
  "%",
  "a;b",
  "a'--",
  'a"b',
  "a\\",
  "a&user=b",
  "a?user=b",
  "a#b",
  '"}',
  '{"sub":"a"}',
  "0",
  "null",
  "undefined",
  "__proto__",
  "constructor",
  `${"s".repeat(254)}1`,
  `${"s".repeat(254)}2`,
  "s".repeat(254)
] as const

const ownerOf = (user: string | null) => (user === null ? "own" : subjects.findIndex((subject) => subject === user))

/** In every token of a connection: whose it is. Seen with anybody else it is a leak, even where the model is blind. */
export const markOf = ({ number }: Tenant, user: string | null) => `mark-${number}-${ownerOf(user)}-x`

/** The owners of all tokens in a text. */
export const marksIn = (text: string) =>
  [...text.matchAll(/mark-(\d+)-(own|\d+)-x/g)].map(([, tenant, owner]) => ({
    tenant: Number(tenant),
    user: owner === "own" ? null : (subjects[Number(owner)] ?? "")
  }))
