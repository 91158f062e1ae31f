/** The connections of a tenant: pasting a credential, listing, revoking. */
import { Context, Effect, Layer, Option, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import * as Catalog from "@vendodev/catalog/Catalog"
import type { Integration } from "@vendodev/catalog/Integration"
import { Conflict, NotFound, ProviderUnknown, ValidationFailed } from "@vendodev/domain/BrokerError"
import { Connection } from "@vendodev/domain/Connection"
import { ConnectionId, type DisplayName } from "@vendodev/domain/Ids"
import { type Profile, takesCredential } from "@vendodev/domain/Profile"
import { AuditLog } from "../audit/AuditLog.ts"
import { rows } from "../database/rows.ts"
import { CurrentTenant, type InTenant } from "../database/Tenancy.ts"
import { Keyring } from "../vault/Keyring.ts"
import { type DataKeyRow, Vault } from "../vault/Vault.ts"
import { identify, readCredential } from "./credentialRules.ts"

export interface NewConnection {
  readonly slug: string
  readonly name: DisplayName
  /** Absent for the integration's default. */
  readonly profile: Option.Option<Profile>
  readonly credential: Option.Option<Redacted.Redacted>
}

export class Connections extends Context.Service<
  Connections,
  {
    readonly list: InTenant<ReadonlyArray<Connection>>
    readonly get: (id: ConnectionId) => InTenant<Connection, NotFound>
    /**
     * Seals a pasted credential. Repeating it with the same name and credential
     * answers the connection that is there; another credential is a `conflict`.
     */
    readonly create: (input: NewConnection) => InTenant<Connection, ProviderUnknown | ValidationFailed | Conflict>
    /** Final, and destroys the ciphertext in the same statement. Repeating it changes nothing. */
    readonly revoke: (id: ConnectionId) => InTenant<Connection, NotFound>
  }
>()("@vendodev/broker/Connections") {
  static readonly layer = Layer.effect(
    Connections,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const audit = yield* AuditLog
      const vault = yield* Vault
      const keyring = yield* Keyring
      const connections = rows(Connection)
      const columns = sql`id, integration AS slug, name, profile, status, exclusive, metadata, created_at, revoked_at`

      const get = Effect.fn("Connections.get")(function* (id: ConnectionId) {
        const [found] = yield* connections(sql`SELECT ${columns} FROM broker.connections WHERE id = ${id}`)
        return found ?? (yield* new NotFound({ detail: "there is no such connection" }))
      })

      const dataKey = Effect.gen(function* () {
        const [key] = yield* sql<DataKeyRow & { readonly kek_id: string }>`
          SELECT version, kek_id, wrapped FROM broker.tenant_keys WHERE state = 'active'
        `
        return key === undefined
          ? yield* Effect.die(new Error("the tenant has no active data key"))
          : { version: key.version, kekId: key.kek_id, wrapped: key.wrapped }
      })

      const seal = Effect.fnUntraced(function* (connection: ConnectionId, secret: Redacted.Redacted) {
        const tenant = yield* CurrentTenant
        const key = yield* dataKey
        const box = yield* Effect.orDie(vault.seal({ tenant: tenant.id, connection, secretVersion: "1" }, key, secret))
        return { box, version: key.version }
      })

      /** The secret a connection of that name already holds, to tell a repetition from a clash. */
      const held = Effect.fnUntraced(function* (integration: Integration, name: DisplayName) {
        const tenant = yield* CurrentTenant
        const [row] = yield* sql<{
          readonly id: ConnectionId
          readonly profile: Profile
          readonly secret_version: bigint
          readonly secret_box: Uint8Array | null
          readonly version: number | null
          readonly kek_id: string | null
          readonly wrapped: Uint8Array | null
        }>`
          SELECT c.id, c.profile, c.secret_version, c.secret_box, k.version, k.kek_id, k.wrapped
          FROM broker.connections c
          LEFT JOIN broker.tenant_keys k ON k.tenant_id = c.tenant_id AND k.version = c.dek_version
          WHERE c.integration = ${integration.slug} AND c.name = ${name} AND c.user_subject = '' AND c.status <> 'revoked'
        `
        if (row === undefined) return Option.none()
        const { id, kek_id: kekId, profile, secret_box: box, secret_version, version, wrapped } = row
        const secret =
          box === null || version === null || kekId === null || wrapped === null
            ? Option.none()
            : Option.some(
                yield* Effect.orDie(
                  vault.open(
                    { tenant: tenant.id, connection: id, secretVersion: String(secret_version) },
                    { version, kekId, wrapped },
                    box
                  )
                )
              )
        return Option.some({ id, profile, secret })
      })

      const insert = Effect.fnUntraced(function* (
        integration: Integration,
        profile: Profile,
        name: DisplayName,
        secret: Option.Option<Redacted.Redacted>
      ) {
        const tenant = yield* CurrentTenant
        const id = ConnectionId.make(crypto.randomUUID())
        const { exclusive, slug } = integration
        const identity = yield* identify(integration, secret)
        const slot = Option.match(identity, {
          onNone: () => Buffer.from(id.replaceAll("-", ""), "hex"),
          onSome: ({ value }) => keyring.fingerprint(slug, Redacted.make(value))
        })
        const metadata = JSON.stringify(
          Option.match(identity, {
            onNone: () => ({}),
            onSome: ({ field, value }) => ({ [field]: value })
          })
        )
        const { box, version } = Option.isNone(secret) ? { box: null, version: null } : yield* seal(id, secret.value)
        const inserted = yield* sql`
          INSERT INTO broker.connections (tenant_id, id, integration, exclusive, slot, profile, name, status,
            secret_version, dek_version, secret_box, metadata)
          VALUES (${tenant.id}, ${id}, ${slug}, ${exclusive}, ${slot}, ${profile}, ${name}, 'active', 1,
            ${version}::int, ${box}::bytea, ${metadata}::text::jsonb)
          ON CONFLICT (tenant_id, integration, user_subject, name) WHERE status <> 'revoked' DO NOTHING RETURNING id
        `
        if (inserted.length === 0) return Option.none()
        yield* audit.changed({
          action: "connection.create",
          object: { kind: "connection", id },
          with: { integration: slug, profile }
        })
        return Option.some(yield* Effect.orDie(get(id)))
      })

      return Connections.of({
        list: connections(sql`SELECT ${columns} FROM broker.connections ORDER BY created_at, id`),
        get,
        create: Effect.fn("Connections.create")(function* (input) {
          const integration = yield* Option.match(Catalog.find(input.slug), {
            onNone: () => Effect.fail(new ProviderUnknown({ detail: `there is no integration called ${input.slug}` })),
            onSome: Effect.succeed
          })
          const profile = Option.getOrElse(input.profile, () => defaultProfile(integration, input.credential))
          const secret = yield* readCredential(integration, profile, input.credential)
          const before = yield* held(integration, input.name)
          const made = Option.isNone(before) ? yield* insert(integration, profile, input.name, secret) : Option.none()
          if (Option.isSome(made)) return made.value
          // Asked again where nothing was there before: a creation at the same time may have been this very one.
          const existing = Option.isSome(before) ? before : yield* held(integration, input.name)
          return Option.isSome(existing) &&
            existing.value.profile === profile &&
            sameSecret(existing.value.secret, secret)
            ? yield* Effect.orDie(get(existing.value.id))
            : yield* nameTaken(integration, input.name)
        }),
        revoke: Effect.fn("Connections.revoke")(function* (id) {
          // Freeing the slot lets the credential be pasted and bound again; bindings follow it by cascade.
          const revoked = yield* sql`
            UPDATE broker.connections
            SET status = 'revoked', revoked_at = now(), secret_box = NULL, dek_version = NULL,
              slot = decode(replace(id::text, '-', ''), 'hex'), auth_version = auth_version + 1
            WHERE id = ${id} AND status <> 'revoked' RETURNING id
          `
          if (revoked.length > 0) {
            yield* audit.changed({ action: "connection.revoke", object: { kind: "connection", id } })
          }
          return yield* get(id)
        })
      })
    })
  )
}

/** A pasted credential picks the first profile that takes one; without one it is the integration's default. */
const defaultProfile = ({ profiles }: Integration, credential: Option.Option<Redacted.Redacted>): Profile =>
  (Option.isSome(credential) ? profiles.find((profile) => takesCredential[profile]) : undefined) ?? profiles[0]

const sameSecret = (a: Option.Option<Redacted.Redacted>, b: Option.Option<Redacted.Redacted>): boolean =>
  Option.isSome(a) && Option.isSome(b)
    ? Redacted.value(a.value) === Redacted.value(b.value)
    : Option.isNone(a) && Option.isNone(b)

const nameTaken = (integration: Integration, name: string) =>
  Effect.fail(
    new Conflict({
      detail: `another ${integration.name} connection is called "${name}"; choose another name, or revoke that one`
    })
  )
