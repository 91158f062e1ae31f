/** Another credential for a connection that keeps its id, its name and its bindings. */
import { Data, Effect, Option, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import * as Catalog from "@vendodev/catalog/Catalog"
import { type BoundTo, ConnectionInUse, ConnectionRevoked } from "@vendodev/domain/BrokerError"
import type { Connection } from "@vendodev/domain/Connection"
import type { ComposioAccountId, IntegrationSlug } from "@vendodev/domain/Ids"
import type { Profile } from "@vendodev/domain/Profile"
import { AuditLog } from "../audit/AuditLog.ts"
import { type Found, nobody, type Owner } from "../connect/Obtained.ts"
import { Keyring } from "../vault/Keyring.ts"
import { violates } from "../database/violates.ts"
import { type Metadata, metadataOf, ownerIn, withoutAccount } from "./accountMetadata.ts"
import { identify, type Identity, readAccount, readCredential } from "./credentialRules.ts"
import { makeHoldings } from "./holding.ts"

export interface Renewal {
  /** Absent for the one it has. */
  readonly profile?: Profile | undefined
  readonly credential?: Redacted.Redacted | undefined
  readonly account?: ComposioAccountId | undefined
  /** What the provider says of the account. Absent where nobody asked. */
  readonly found?: Found | undefined
  /** Whether it may be of another account than before. */
  readonly replace?: boolean | undefined
}

/** The credential is of another account than the connection was, or nobody can say that it is of the same. */
export class OtherAccount extends Data.TaggedError("OtherAccount")<{
  readonly before: string
  readonly now: string
}> {}

interface Before {
  readonly metadata: Metadata
  readonly secret_version: bigint
}

const unknownFound: Found = { owner: nobody, context: {}, missing: [], unverified: false }

/** By what the provider says, or, for a credential that names its own account, by that. */
const isOther = (metadata: Metadata, identity: Option.Option<Identity>, owner: Owner): boolean => {
  if (Option.isSome(identity)) {
    const known = metadata[identity.value.field]
    return known !== undefined && known !== identity.value.value
  }
  const before = ownerIn(metadata)
  return before.id !== null && before.id !== owner.id
}

const nameOf = ({ id, name }: Owner, otherwise: string) => name ?? id ?? otherwise

type Known = readonly [owner: Owner, otherwise: string]

/** Two accounts of one name are told apart by their ids. */
const named = (...both: readonly [Known, Known]) => {
  const [before, now] = both.map((known) => nameOf(...known))
  const [idBefore, idNow] = both.map(([{ id, name }]) => (name === null || id === null ? "" : ` (${id})`))
  return before === now
    ? { before: `${before}${idBefore}`, now: `${now}${idNow}` }
    : { before: before ?? "", now: now ?? "" }
}

export const makeRenewals = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const audit = yield* AuditLog
  const keyring = yield* Keyring
  const holdings = yield* makeHoldings

  const inUse = Effect.fnUntraced(function* (slug: IntegrationSlug, slot: Uint8Array) {
    const [bound] = yield* sql<BoundTo>`
      SELECT a.id AS app_id, a.slug AS app_slug, a.name AS app_name
      FROM broker.app_connection_bindings b JOIN broker.apps a ON a.tenant_id = b.tenant_id AND a.id = b.app_id
      WHERE b.integration = ${slug} AND b.slot = ${slot}
    `
    const holder = bound === undefined ? "already has its one consumer" : `is in use by ${bound.app_slug}`
    return yield* new ConnectionInUse({
      detail: `this ${slug} credential ${holder}; unbind it there first`,
      bound_to: bound ?? null
    })
  })

  return Effect.fnUntraced(function* (connection: Connection, renewal: Renewal) {
    const { id, slug } = connection
    const found = renewal.found ?? unknownFound
    const integration = yield* Effect.orDie(Effect.fromOption(Catalog.find(slug)))
    const profile = renewal.profile ?? connection.profile
    const secret = yield* readCredential(integration, profile, Option.fromUndefinedOr(renewal.credential))
    const account = yield* readAccount(profile, renewal.account)
    const identity = yield* identify(integration, secret)

    const [before] = yield* sql<Before>`
      SELECT metadata, secret_version FROM broker.connections WHERE id = ${id} AND status <> 'revoked' FOR UPDATE
    `
    if (before === undefined) {
      return yield* new ConnectionRevoked({ detail: "this connection was revoked; create another one" })
    }
    const { metadata, secret_version } = before
    const other = isOther(metadata, identity, found.owner)
    if (other && renewal.replace !== true) {
      const unknown = Option.match(identity, {
        onNone: () => "an account nobody can name",
        onSome: ({ value }) => value
      })
      return yield* new OtherAccount(named([ownerIn(metadata), connection.name], [found.owner, unknown]))
    }
    const { composio_account_id: accountBefore = null, ...rest } = withoutAccount(integration, metadata)
    const after = JSON.stringify({
      ...rest,
      ...(Option.isSome(identity) ? { [identity.value.field]: identity.value.value } : {}),
      ...(Option.isSome(account) ? { composio_account_id: account.value } : {}),
      ...metadataOf(integration, other ? {} : metadata, found)
    })
    const slot = Option.match(identity, {
      onNone: () => Buffer.from(id.replaceAll("-", ""), "hex"),
      onSome: ({ value }) => keyring.fingerprint(slug, Redacted.make(value))
    })
    const { box, version } = Option.isNone(secret)
      ? { box: null, version: null }
      : yield* holdings.seal(id, BigInt(secret_version) + 1n, secret.value)
    // A savepoint: after a refusal the transaction still has to find out who the holder is.
    yield* sql
      .withTransaction(
        sql`
          UPDATE broker.connections c
          SET metadata = ${after}::text::jsonb, profile = ${profile}, slot = ${slot}, status = 'active',
            secret_box = ${box}::bytea, dek_version = ${version}::int, secret_version = c.secret_version + 1,
            auth_version = c.auth_version + 1,
            token_expires_at = NULL, token_valid_until = NULL, token_fresh_until = NULL, token_renew_at = NULL,
            token_taken_at = NULL, token_fingerprint = NULL, refresh_epoch = c.refresh_epoch + 1,
            refresh_lease_until = NULL, failures = 0, held_back = false,
            failure_code = NULL, failure_detail = NULL, next_attempt_at = NULL, needs_reauth_at = NULL
          WHERE c.id = ${id}
        `
      )
      .pipe(violates("one_consumer", () => inUse(slug, slot)))
    yield* audit.changed({
      action: "connection.reconnect",
      object: { kind: "connection", id },
      with: {
        account: Option.getOrNull(account),
        account_before: typeof accountBefore === "string" ? accountBefore : null,
        ...(other ? { replaced: nameOf(ownerIn(metadata), connection.name) } : {})
      }
    })
  })
})
