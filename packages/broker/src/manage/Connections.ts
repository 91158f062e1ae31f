/** The connections of a tenant: pasting a credential or naming an account, listing, revoking. */
import { Context, Effect, Layer, Option, Redacted } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import * as Catalog from "@vendodev/catalog/Catalog"
import type { Integration } from "@vendodev/catalog/Integration"
import {
  Conflict,
  type ConnectionInUse,
  type ConnectionRevoked,
  NotFound,
  ProviderUnknown,
  ValidationFailed
} from "@vendodev/domain/BrokerError"
import { Connection } from "@vendodev/domain/Connection"
import { type ComposioAccountId, ConnectionId, DisplayName, noSubject, type UserSubject } from "@vendodev/domain/Ids"
import { type Profile, takesCredential } from "@vendodev/domain/Profile"
import { AuditLog } from "../audit/AuditLog.ts"
import type { Found } from "../connect/Obtained.ts"
import { rows } from "../database/rows.ts"
import { CurrentTenant, type InTenant } from "../database/Tenancy.ts"
import { Keyring } from "../vault/Keyring.ts"
import { type Holding, isSameHolding, makeHoldings, type Place } from "./holding.ts"
import { identify, readAccount, readCredential } from "./credentialRules.ts"
import { freeName } from "./freeName.ts"
import { metadataOf } from "./accountMetadata.ts"
import { makeRenewals, type OtherAccount, type Renewal } from "./renewal.ts"

export interface NewConnection {
  readonly slug: string
  readonly name: DisplayName
  /** Absent for the integration's default. */
  readonly profile: Option.Option<Profile>
  readonly credential: Option.Option<Redacted.Redacted>
  /** For profile `composio_managed`, and no other: the account whose tokens are vended. */
  readonly account?: ComposioAccountId | undefined
  /** The end user it belongs to. Absent for the tenant's own. */
  readonly user?: UserSubject | undefined
  /** The credential was made here: it names no account, and nobody else has it. */
  readonly isMadeHere?: boolean | undefined
  /** What the provider says of the account. Absent where nobody asked. */
  readonly found?: Found | undefined
}

export class Connections extends Context.Service<
  Connections,
  {
    readonly list: InTenant<ReadonlyArray<Connection>>
    readonly listOf: (user: UserSubject) => InTenant<ReadonlyArray<Connection>>
    readonly get: (id: ConnectionId) => InTenant<Connection, NotFound>
    /**
     * Seals a pasted credential, or keeps the account that was named. Repeating
     * it with the same name and credential or account answers the connection
     * that is there; another credential or account is a `conflict`.
     */
    readonly create: (input: NewConnection) => InTenant<Connection, ProviderUnknown | ValidationFailed | Conflict>
    /**
     * The tenant's one connection to the installation's pool of an integration,
     * made when it is first asked for. Fails with `validation_failed` where the
     * installation has no such pool.
     */
    readonly pool: (slug: string) => InTenant<Connection, ProviderUnknown | ValidationFailed | Conflict>
    /**
     * Another credential of the same account, or the same one authorised again.
     * The old one is gone, refreshes under way included; id and bindings stay.
     * One of another account, as far as both are known, fails with
     * `OtherAccount` unless it is to be replaced.
     */
    readonly reconnect: (
      id: ConnectionId,
      renewal: Renewal
    ) => InTenant<Connection, NotFound | ValidationFailed | ConnectionRevoked | ConnectionInUse | OtherAccount>
    /** Final, and destroys the ciphertext in the same statement. Repeating it changes nothing. */
    readonly revoke: (id: ConnectionId) => InTenant<Connection, NotFound>
    /** Revokes all of an end user, and answers which were not revoked before. */
    readonly revokeAllOf: (user: UserSubject) => InTenant<ReadonlyArray<ConnectionId>>
  }
>()("@vendodev/broker/Connections") {
  static readonly layer = Layer.effect(
    Connections,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const audit = yield* AuditLog
      const keyring = yield* Keyring
      const holdings = yield* makeHoldings
      const renew = yield* makeRenewals
      const connections = rows(Connection)
      const columns = sql`id, integration AS slug, name, nullif(user_subject, '') AS "user", profile, status, exclusive,
        metadata, CASE WHEN failure_code IS NOT NULL AND status <> 'revoked'
          AND (status IN ('error', 'needs_reauth') OR next_attempt_at > now())
          THEN jsonb_build_object('code', failure_code, 'detail', coalesce(failure_detail, '')) END AS failure,
        created_at, revoked_at`

      const get = Effect.fn("Connections.get")(function* (id: ConnectionId) {
        const [found] = yield* connections(sql`SELECT ${columns} FROM broker.connections WHERE id = ${id}`)
        return found ?? (yield* new NotFound({ detail: "there is no such connection" }))
      })

      const insert = Effect.fnUntraced(function* (
        integration: Integration,
        { name, user }: Place,
        { account, profile, secret }: Holding,
        { found, isMadeHere }: Pick<NewConnection, "found" | "isMadeHere">
      ) {
        const tenant = yield* CurrentTenant
        const id = ConnectionId.make(crypto.randomUUID())
        const { exclusive, slug } = integration
        const identity = isMadeHere === true ? Option.none() : yield* identify(integration, secret)
        const slot = Option.match(identity, {
          onNone: () => Buffer.from(id.replaceAll("-", ""), "hex"),
          onSome: ({ value }) => keyring.fingerprint(slug, Redacted.make(value))
        })
        const metadata = JSON.stringify({
          ...(Option.isSome(identity) ? { [identity.value.field]: identity.value.value } : {}),
          ...(Option.isSome(account) ? { composio_account_id: account.value } : {}),
          ...(found === undefined ? {} : metadataOf(integration, {}, found))
        })
        const { box, version } = Option.isNone(secret)
          ? { box: null, version: null }
          : yield* holdings.seal(id, 1n, secret.value)
        const inserted = yield* sql`
          INSERT INTO broker.connections (tenant_id, id, integration, exclusive, slot, profile, user_subject,
            name, status, secret_version, dek_version, secret_box, metadata)
          VALUES (${tenant.id}, ${id}, ${slug}, ${exclusive}, ${slot}, ${profile}, ${user}, ${name}, 'active', 1,
            ${version}::int, ${box}::bytea, ${metadata}::text::jsonb)
          ON CONFLICT (tenant_id, integration, user_subject, name) WHERE status <> 'revoked' DO NOTHING RETURNING id
        `
        if (inserted.length === 0) return Option.none()
        yield* audit.changed({
          action: "connection.create",
          object: { kind: "connection", id },
          with: { integration: slug, profile, user: user || null, account: Option.getOrNull(account) }
        })
        return Option.some(yield* Effect.orDie(get(id)))
      })

      /** Freeing the slot lets the credential be pasted and bound again; bindings follow it by cascade. */
      const revokeWhere = Effect.fnUntraced(function* (which: Statement.Fragment) {
        // Locked in one order, so that two who revoke the same ones can not wait for each other.
        const revoked = yield* sql<{ readonly id: ConnectionId }>`
          UPDATE broker.connections
          SET status = 'revoked', revoked_at = now(), secret_box = NULL, dek_version = NULL,
            slot = decode(replace(id::text, '-', ''), 'hex'), auth_version = auth_version + 1,
            token_expires_at = NULL, token_valid_until = NULL, token_fresh_until = NULL, token_renew_at = NULL,
            token_taken_at = NULL, token_fingerprint = NULL, refresh_epoch = refresh_epoch + 1,
            refresh_lease_until = NULL, held_back = false
          WHERE id IN (
            SELECT id FROM broker.connections WHERE ${which} AND status <> 'revoked' ORDER BY id FOR UPDATE
          ) RETURNING id
        `
        for (const { id } of revoked) {
          yield* audit.changed({ action: "connection.revoke", object: { kind: "connection", id } })
        }
        return revoked.map(({ id }) => id)
      })

      const create = Effect.fn("Connections.create")(function* (input: NewConnection) {
        const integration = yield* integrationOf(input.slug)
        const profile = Option.getOrElse(input.profile, () => defaultProfile(integration, input))
        const secret = yield* readCredential(integration, profile, input.credential)
        const account = yield* readAccount(profile, input.account)
        const wanted = { profile, secret, account }
        const place = { slug: integration.slug, name: input.name, user: input.user ?? noSubject }
        const before = yield* holdings.find(place)
        const made = Option.isNone(before) ? yield* insert(integration, place, wanted, input) : Option.none()
        if (Option.isSome(made)) return made.value
        // Asked again where nothing was there before: a creation at the same time may have been this very one.
        const existing = Option.isSome(before) ? before : yield* holdings.find(place)
        return Option.isSome(existing) && isSameHolding(existing.value, wanted)
          ? yield* Effect.orDie(get(existing.value.id))
          : yield* nameTaken(integration, input.name)
      })

      return Connections.of({
        list: connections(sql`SELECT ${columns} FROM broker.connections ORDER BY created_at, id`),
        listOf: (user) =>
          connections(sql`
            SELECT ${columns} FROM broker.connections WHERE user_subject = ${user} ORDER BY created_at, id
          `),
        get,
        create,
        pool: Effect.fn("Connections.pool")(function* (slug) {
          const { slug: known } = yield* integrationOf(slug)
          const pools = yield* sql`SELECT FROM broker.pools WHERE integration = ${known}`
          if (pools.length === 0) {
            return yield* new ValidationFailed({
              field: "pool",
              detail: `this installation has no pool of ${known}; its operator sets one with: vendo pool set ${known}`
            })
          }
          const [there] = yield* sql<{ readonly id: ConnectionId }>`
            SELECT id FROM broker.connections WHERE integration = ${known} AND profile = 'vendo_managed_pool'
              AND user_subject = '' AND status <> 'revoked' ORDER BY created_at, id LIMIT 1
          `
          if (there !== undefined) return yield* Effect.orDie(get(there.id))
          const profile = Option.some("vendo_managed_pool" as const)
          // Not a name of another one, and for all who ask at once the same.
          const others = yield* sql<{ readonly name: string }>`
            SELECT name FROM broker.connections WHERE integration = ${known} AND user_subject = ''
              AND status <> 'revoked' AND profile <> 'vendo_managed_pool'
          `
          const name = freeName(poolName, new Set(others.map(({ name }) => name)))
          return yield* create({ slug: known, name, profile, credential: Option.none() })
        }),
        reconnect: Effect.fn("Connections.reconnect")(function* (id, renewal) {
          yield* renew(yield* get(id), renewal)
          return yield* get(id)
        }),
        revoke: Effect.fn("Connections.revoke")(function* (id) {
          yield* revokeWhere(sql`id = ${id}`)
          return yield* get(id)
        }),
        revokeAllOf: (user) => revokeWhere(sql`user_subject = ${user}`)
      })
    })
  )
}

/** What a tenant's connection to a pool is called. */
const poolName = DisplayName.make("pool")

const integrationOf = (slug: string) =>
  Option.match(Catalog.find(slug), {
    onNone: () => Effect.fail(new ProviderUnknown({ detail: `there is no integration called ${slug}` })),
    onSome: Effect.succeed
  })

/** What is given picks the first profile that takes it; with nothing it is the integration's default. */
export const defaultProfile = (
  { profiles }: Integration,
  { account, credential }: Pick<NewConnection, "account" | "credential">
): Profile => {
  const pasted = Option.isSome(credential) ? profiles.find((profile) => takesCredential[profile]) : undefined
  const named = account === undefined ? undefined : profiles.find((profile) => profile === "composio_managed")
  return pasted ?? named ?? profiles[0]
}

const nameTaken = (integration: Integration, name: string) =>
  Effect.fail(
    new Conflict({
      detail: `another ${integration.name} connection is called "${name}"; choose another name, or revoke that one`
    })
  )
