/** What a connection holds: a credential that was pasted and sealed, or an account that was named. */
import { Effect, Option, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import type { ComposioAccountId, ConnectionId, DisplayName, IntegrationSlug, UserSubject } from "@vendodev/domain/Ids"
import { type Profile, takesCredential } from "@vendodev/domain/Profile"
import { CurrentTenant } from "../database/Tenancy.ts"
import { type DataKeyRow, Vault } from "../vault/Vault.ts"

export interface Holding {
  readonly profile: Profile
  readonly secret: Option.Option<Redacted.Redacted>
  readonly account: Option.Option<ComposioAccountId>
}

/** Names one connection of a tenant, as long as it is not revoked. */
export interface Place {
  readonly slug: IntegrationSlug
  readonly name: DisplayName
  readonly user: UserSubject
}

interface HeldRow {
  readonly id: ConnectionId
  readonly profile: Profile
  readonly account: ComposioAccountId | null
  readonly secret_version: bigint
  readonly secret_box: Uint8Array | null
  readonly version: number | null
  readonly kek_id: string | null
  readonly wrapped: Uint8Array | null
}

/** Seals what a new connection is to hold, and finds what one already does. */
export const makeHoldings = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const vault = yield* Vault

  const dataKey = Effect.gen(function* () {
    const [key] = yield* sql<DataKeyRow & { readonly kek_id: string }>`
      SELECT version, kek_id, wrapped FROM broker.tenant_keys WHERE state = 'active'
    `
    return key === undefined
      ? yield* Effect.die(new Error("the tenant has no active data key"))
      : { version: key.version, kekId: key.kek_id, wrapped: key.wrapped }
  })

  const open = Effect.fnUntraced(function* (row: HeldRow) {
    const tenant = yield* CurrentTenant
    const { id: connection, kek_id: kekId, profile, secret_box: box, version, wrapped } = row
    // Where nothing was pasted, the box holds a token that comes and goes.
    if (!takesCredential[profile] || box === null || version === null || kekId === null || wrapped === null) {
      return Option.none()
    }
    const place = { tenant: tenant.id, connection, secretVersion: String(row.secret_version) }
    return Option.some(yield* Effect.orDie(vault.open(place, { version, kekId, wrapped }, box)))
  })

  return {
    /** `secretVersion` is the one the row will have. */
    seal: Effect.fnUntraced(function* (connection: ConnectionId, secretVersion: bigint, secret: Redacted.Redacted) {
      const tenant = yield* CurrentTenant
      const key = yield* dataKey
      const place = { tenant: tenant.id, connection, secretVersion: String(secretVersion) }
      const box = yield* Effect.orDie(vault.seal(place, key, secret))
      return { box, version: key.version }
    }),
    find: Effect.fnUntraced(function* ({ name, slug, user }: Place) {
      const [row] = yield* sql<HeldRow>`
        SELECT c.id, c.profile, c.metadata ->> 'composio_account_id' AS account, c.secret_version, c.secret_box,
          k.version, k.kek_id, k.wrapped
        FROM broker.connections c
        LEFT JOIN broker.tenant_keys k ON k.tenant_id = c.tenant_id AND k.version = c.dek_version
        WHERE c.integration = ${slug} AND c.name = ${name} AND c.user_subject = ${user} AND c.status <> 'revoked'
      `
      if (row === undefined) return Option.none()
      const { account, id, profile } = row
      return Option.some({ id, profile, secret: yield* open(row), account: Option.fromNullOr(account) })
    })
  }
})

/** Whether creating the one again would make the other. */
export const isSameHolding = (existing: Holding, wanted: Holding): boolean =>
  existing.profile === wanted.profile &&
  sameSecret(existing.secret, wanted.secret) &&
  Option.getOrNull(existing.account) === Option.getOrNull(wanted.account)

const sameSecret = (a: Option.Option<Redacted.Redacted>, b: Option.Option<Redacted.Redacted>): boolean =>
  Option.isSome(a) && Option.isSome(b)
    ? Redacted.value(a.value) === Redacted.value(b.value)
    : Option.isNone(a) && Option.isNone(b)
