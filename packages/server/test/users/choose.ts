/** Operations at random, over few users and integrations, so that they collide. */
import { Redacted } from "effect"
import { mint } from "@vendodev/broker/vault/KeyFormat"
import { variableOf } from "./fourWays.ts"
import { type Algorithm, externalToken, forgeries } from "./issuer.ts"
import type { Managing, Minting, Operation, Vending } from "./operations.ts"
import {
  type App,
  type Connection,
  isApp,
  type Key,
  markOf,
  subjects,
  type Tenant,
  type UserToken,
  type World
} from "./World.ts"

export const tenantCount = 3
const slugs = ["notion", "github", "google"] as const
const variables = slugs.map(variableOf)

/** Well-formed, and issued by nobody. */
const unknownKey = Redacted.value(mint("vendo_sk_"))
const mostReports = 8
/** So that a world does not outgrow what is asked of it. */
const mostKept = 60

export class Chooser {
  readonly #world: World
  readonly #next: () => number
  /** Seconds since 1970. */
  readonly #now: () => number
  /** The users of this run: those who are easiest to take for each other, and some more. */
  readonly users: ReadonlyArray<string>
  #made = 0

  constructor(world: World, next: () => number, now: () => number) {
    this.#world = world
    this.#next = next
    this.#now = now
    const start = 5 + this.below(subjects.length - 11)
    this.users = [...subjects.slice(0, 5), ...subjects.slice(start, start + 4), ...subjects.slice(-2)]
  }

  below = (n: number) => Math.floor(this.#next() * n)
  chance = (percent: number) => this.below(100) < percent
  of = <A>(list: ReadonlyArray<A>): A | undefined => list[this.below(list.length)]
  user = (): string => this.of(this.users) ?? "a"
  slug = (): (typeof slugs)[number] => this.of(slugs) ?? "notion"

  connect(tenant: Tenant, user: string | null, slug: string = this.slug()): Extract<Managing, { do: "connect" }> {
    const n = ++this.#made
    const mark = markOf(tenant, user)
    const byAccount = slug === "google" || (slug === "github" && this.chance(50))
    return {
      do: "connect",
      tenant: tenant.id,
      slug,
      name: `connection ${n}`,
      user,
      credential: byAccount ? null : `${mark}-pasted-${n}`,
      account: byAccount ? `ca_${mark}-${n}` : null
    }
  }

  /** Another account of the same owner. */
  account = (tenant: Tenant, { user }: Connection) => `ca_${markOf(tenant, user)}-${++this.#made}`

  /** Mostly the tenant's own. */
  #in(tenant: Tenant): Tenant {
    return this.chance(92) ? tenant : (this.of(this.#world.tenants) ?? tenant)
  }

  managing(tenant: Tenant): Managing {
    const { id } = tenant
    const within = this.#in(tenant)
    const app = this.of(within.apps)?.id ?? id
    const live = within.connections.filter(({ status }) => status !== "revoked").slice(-mostKept)
    const connection = this.of(this.chance(90) ? live : within.connections)
    const of = connection?.id ?? id
    const slug = this.chance(95) ? (connection?.slug ?? "notion") : this.slug()
    const roll = this.below(100)
    if (roll < 24) return this.connect(tenant, this.chance(15) ? null : this.user())
    if (roll < 56) return { do: "bind", tenant: id, app, slug, connection: of }
    if (roll < 63) return { do: "unbind", tenant: id, app, slug, user: this.chance(20) ? null : this.user() }
    if (roll < 69) return { do: "disconnect", tenant: id, connection: of }
    if (roll < 74 && connection !== undefined) {
      return { do: "reconnect", tenant: id, connection: of, account: this.account(within, connection) }
    }
    if (roll < 79) return { do: "removeUser", tenant: id, user: this.user() }
    if (roll < 84) return { do: "mintAppKey", tenant: id, app }
    if (roll < 89) return { do: "mintConnectionKey", tenant: id, connection: of }
    if (roll < 92) return { do: "revokeKey", tenant: id, key: this.of(within.keys)?.id ?? id }
    if (roll < 96) return { do: "listBindings", tenant: id, app }
    return { do: "listConnections", tenant: id, user: this.chance(20) ? null : this.user() }
  }

  #key(): Key | undefined {
    const keys = this.of(this.#world.tenants)?.keys ?? []
    return this.of(this.chance(90) ? keys.filter(({ isRevoked }) => !isRevoked) : keys)
  }

  minting(): Minting {
    const keys = this.#world.tenants.flatMap(({ keys }) => keys).filter(({ scope }) => isApp(scope))
    const key = this.chance(85) ? this.of(keys) : this.#key()
    return { do: "mintUserToken", key: this.chance(97) ? (key?.text ?? unknownKey) : unknownKey, subject: this.user() }
  }

  /** Mostly for this key; else of another app or tenant, or of a time before its user was removed. */
  #externalToken({ scope, tenant }: Key, subject: string): UserToken {
    const now = this.#now()
    const other = this.of(this.#world.tenants) ?? tenant
    const alg: Algorithm = this.chance(70) ? "ES256" : "RS256"
    const of = this.chance(90) ? tenant : other
    const app = this.of<string | undefined>([
      undefined,
      undefined,
      isApp(scope) ? scope.id : undefined,
      this.#app(of)?.id
    ])
    const ago = this.of<number | undefined>([undefined, -3600, -1, 0, 10, 20, 40])
    return externalToken(alg, { subject, tenant: of.id, app, issuedAt: ago === undefined ? undefined : now + ago }, now)
  }

  #app = (tenant: Tenant): App | undefined => this.of(tenant.apps)

  #forged(good: UserToken): UserToken {
    const forge = this.of(forgeries)
    const subject = this.user()
    const alg: Algorithm = this.chance(70) ? "ES256" : "RS256"
    return forge === undefined ? good : { ...forge(good, subject, alg, this.#now()), by: "forged" }
  }

  /** Mostly one that is good for this key; in a fifth of all cases none. */
  #userToken(key: Key, subject: string): UserToken | undefined {
    const roll = this.below(100)
    if (roll < 18) return undefined
    const minted = this.#world.userTokens.slice(-mostKept)
    const { scope, tenant } = key
    const good = minted.filter(
      (token) =>
        isApp(scope) &&
        token.app === scope.id &&
        (token.issuedAt ?? 0) * 1000 > (tenant.removed.get(token.subject) ?? 0)
    )
    const own = minted.filter(({ tenant: of }) => of === tenant.id)
    const known = this.of(this.chance(80) ? good : this.chance(70) ? own : minted)
    if (roll < 55 && known !== undefined) return known
    if (roll < 92) return this.#externalToken(key, subject)
    return this.#forged(known ?? this.#externalToken(key, subject))
  }

  vending(way: Vending["way"]): Vending {
    const key = this.#key()
    const bound = key !== undefined && isApp(key.scope) ? [...key.scope.bindings.values()] : []
    // Mostly somebody for whom something is bound, and that.
    const somebody = this.chance(80) ? this.of(bound)?.user : undefined
    const userToken = key === undefined ? undefined : this.#userToken(key, somebody ?? this.user())
    const own = bound.filter(({ user }) => user === (userToken?.subject ?? null))
    const slug = (this.chance(80) ? this.of(own)?.slug : undefined) ?? this.slug()
    const variable = variables[slugs.findIndex((one) => one === slug)] ?? ""
    const isKnown = this.chance(97)
    const connections = key?.tenant.connections ?? []
    const refused = this.of(connections.filter(({ slug: of }) => of === slug))
    const one = way === "variable" ? (isKnown ? variable : "NO_SUCH_TOKEN") : isKnown ? slug : "no-such-integration"
    return {
      do: "vend",
      way,
      key: key === undefined || this.chance(2) ? unknownKey : key.text,
      userToken,
      slugs: way === "many" ? [...slugs, "no-such-integration"].slice(this.below(3)) : [one],
      connection: way !== "many" && this.chance(10) ? this.of(connections)?.id : undefined,
      refused: refused?.held ?? refused?.credential ?? "nobody's"
    }
  }

  /** All there is, in the name of that user, by a token that is good for the key. */
  asking({ scope, tenant, text }: Key, user: string | undefined): Vending {
    const now = this.#now()
    const claims = {
      subject: user ?? "",
      tenant: tenant.id,
      app: isApp(scope) ? scope.id : undefined,
      issuedAt: now + 50
    }
    return {
      do: "vend",
      way: "many",
      key: text,
      userToken: user === undefined ? undefined : externalToken("ES256", claims, now),
      slugs,
      connection: undefined,
      refused: ""
    }
  }

  /** Several who ask at the same time: their questions share one round trip to the database. */
  volley = (): ReadonlyArray<Vending> =>
    Array.from({ length: 3 + this.below(8) }, () =>
      this.vending(this.of(["slug", "slug", "slug", "variable", "many"] as const) ?? "slug")
    )

  /** What can be done at the same time without one of it being decided by another. */
  next(): ReadonlyArray<Operation> {
    const roll = this.below(100)
    if (roll < 12) {
      const report = this.vending("report")
      const key = this.#world.key(report.key)
      if ((key?.reports ?? 0) < mostReports) return [report]
    }
    if (roll < 55) return [...this.volley(), this.minting()]
    return this.#world.tenants.map((tenant) => this.managing(tenant))
  }
}

/** What each tenant has before anything happens at random: of its own, and of its users, in the order it is bound. */
export const furnish = (choose: Chooser, tenant: Tenant): ReadonlyArray<Managing> => [
  ...slugs.map((slug) => choose.connect(tenant, null, slug)),
  ...choose.users.flatMap((user, at) => [slugs[at % 2], "google"].map((slug) => choose.connect(tenant, user, slug)))
]
