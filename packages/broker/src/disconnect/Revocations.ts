/**
 * What upstreams have to be told of a tenant's connections that end. It is
 * queued in the transaction that ends them, which destroys their credentials:
 * what is needed to tell the upstream is sealed again, for the queue alone.
 */
import { Context, Effect, Layer, Option, type Redacted } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import * as Catalog from "@vendodev/catalog/Catalog"
import {
  type ComposioAccountId,
  type ConnectionId,
  type IntegrationSlug,
  RevocationId,
  type UserSubject
} from "@vendodev/domain/Ids"
import { type Profile, takesCredential } from "@vendodev/domain/Profile"
import type { UpstreamEnd } from "@vendodev/domain/Removal"
import { Revocation, type RevocationState } from "@vendodev/domain/Revocation"
import { ConnectSettings } from "../connect/ConnectSettings.ts"
import { rows } from "../database/rows.ts"
import { CurrentTenant, type InTenant } from "../database/Tenancy.ts"
import { ComposioClient } from "../upstream/ComposioClient.ts"
import { makeTenantBoxes } from "../vault/tenantBoxes.ts"
import { Vault } from "../vault/Vault.ts"
import { type Foreseen, foresee, type Means } from "./upstreamEnd.ts"

export class Revocations extends Context.Service<
  Revocations,
  {
    /** What upstreams have not confirmed: those to come and those given up, the oldest first. */
    readonly list: InTenant<ReadonlyArray<Revocation>>
    /** What will be done upstream if that connection ends now. Changes nothing. */
    readonly foresee: (connection: ConnectionId) => InTenant<UpstreamEnd>
    /** Before the connection is revoked, which destroys what is needed for this. Answers what was foreseen. */
    readonly queue: (connection: ConnectionId) => InTenant<UpstreamEnd>
    /** The same for every connection of an end user. Locks them, in the order of their ids. */
    readonly queueAllOf: (user: UserSubject) => InTenant<void>
  }
>()("@vendodev/broker/Revocations") {
  static readonly layer = Layer.effect(
    Revocations,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const vault = yield* Vault
      const boxes = yield* makeTenantBoxes
      const { configured: composio } = yield* ComposioClient
      const { oauthClient } = yield* ConnectSettings
      const means: Means = {
        composio,
        oauthClientOf: (slug) => Option.exists(Catalog.find(slug), ({ slug }) => Option.isSome(oauthClient(slug)))
      }
      const revocations = rows(Revocation)

      const ending = (which: Statement.Fragment) => sql<EndingRow>`
        SELECT c.id, c.integration, c.profile, c.status, c.metadata ->> 'composio_account_id' AS account,
          CASE WHEN c.exclusive THEN c.slot END AS slot, c.secret_version, c.secret_box,
          k.version, k.kek_id, k.wrapped, gate.upstream_in_use(c.id) AS in_use,
          (SELECT r.state FROM broker.revocations r WHERE r.connection_id = c.id
            AND r.composio_account_id IS NOT DISTINCT FROM c.metadata ->> 'composio_account_id'
            ORDER BY r.created_at DESC LIMIT 1) AS before
        FROM broker.connections c
        LEFT JOIN broker.tenant_keys k ON k.tenant_id = c.tenant_id AND k.version = c.dek_version
        WHERE ${which} ORDER BY c.id
      `

      /** A box that does not open must not keep a connection from ending. */
      const credentialOf = Effect.fnUntraced(function* (row: EndingRow) {
        const { id: connection, kek_id: kekId, profile, secret_box: box, version, wrapped } = row
        if (!takesCredential[profile] || box === null || version === null || kekId === null || wrapped === null) {
          return { credential: "absent" } as const
        }
        const { id: tenant } = yield* CurrentTenant
        const place = { tenant, connection, secretVersion: String(row.secret_version) }
        return yield* Effect.match(vault.open(place, { version, kekId, wrapped }, box), {
          onFailure: () => ({ credential: "unreadable" }) as const,
          onSuccess: (secret) => ({ credential: "open", secret }) as const
        })
      })

      const foreseen = Effect.fnUntraced(function* (row: EndingRow) {
        const found = Catalog.find(row.integration)
        const opened = yield* credentialOf(row)
        const foreseen = Option.match(found, {
          onNone: () => unknown(row.integration),
          onSome: (integration) =>
            foresee(
              {
                integration,
                profile: row.profile,
                hasAccount: row.account !== null,
                credential: opened.credential,
                inUse: row.in_use,
                before: Option.fromNullOr(row.account === null && row.status !== "revoked" ? null : row.before)
              },
              means
            )
        })
        return { foreseen, secret: opened.credential === "open" ? opened.secret : undefined }
      })

      const insert = Effect.fnUntraced(function* (
        { account, id: connection, integration, profile, slot }: EndingRow,
        secret: Redacted.Redacted | undefined
      ) {
        const tenant = yield* CurrentTenant
        const id = RevocationId.make(crypto.randomUUID())
        const sealed = secret === undefined ? { box: null, version: null } : yield* boxes.seal(placeOf(id), secret)
        yield* sql`
          INSERT INTO broker.revocations (tenant_id, id, connection_id, integration, profile, composio_account_id,
            dek_version, secret_box, slot)
          VALUES (${tenant.id}, ${id}, ${connection}, ${integration}, ${profile},
            ${secret === undefined ? account : null}, ${sealed.version}::int, ${sealed.box}::bytea, ${slot}::bytea)
          ON CONFLICT ON CONSTRAINT account_revoked_once DO NOTHING
        `
      })

      const queued = Effect.fnUntraced(function* (row: EndingRow) {
        const { foreseen: end, secret } = yield* foreseen(row)
        // Also where somebody else uses the same: whether that is still so is asked again when it is its turn.
        if (Option.isSome(end.way)) yield* insert(row, end.way.value === "credential" ? secret : undefined)
        return upstreamOf(end)
      })

      const one = (id: ConnectionId) =>
        Effect.flatMap(ending(sql`c.id = ${id}`), ([row]) =>
          row === undefined ? Effect.die(new Error("there is no such connection")) : Effect.succeed(row)
        )

      return Revocations.of({
        list: revocations(sql`
          SELECT id, connection_id, integration AS slug, profile, composio_account_id, state, attempts,
            CASE state WHEN 'queued' THEN next_attempt_at END AS next_attempt_at, code, created_at, ended_at
          FROM broker.revocations WHERE state <> 'done' ORDER BY created_at, id
        `),
        foresee: Effect.fn("Revocations.foresee")(function* (id) {
          return upstreamOf((yield* foreseen(yield* one(id))).foreseen)
        }),
        queue: Effect.fn("Revocations.queue")(function* (id) {
          return yield* queued(yield* one(id))
        }),
        queueAllOf: Effect.fn("Revocations.queueAllOf")(function* (user) {
          yield* sql`
            SELECT FROM broker.connections WHERE user_subject = ${user} AND status <> 'revoked' ORDER BY id FOR UPDATE
          `
          const all = yield* ending(sql`c.user_subject = ${user} AND c.status <> 'revoked'`)
          yield* Effect.forEach(all, queued, { discard: true })
        })
      })
    })
  )
}

/** Where the credential of a revocation is sealed. It holds one in its life. */
export const placeOf = (id: RevocationId) =>
  ({ table: "revocations", column: "secret_box", row: id, secretVersion: "1" }) as const

interface EndingRow {
  readonly id: ConnectionId
  readonly integration: IntegrationSlug
  readonly profile: Profile
  readonly status: string
  readonly account: ComposioAccountId | null
  readonly slot: Uint8Array | null
  readonly secret_version: bigint
  readonly secret_box: Uint8Array | null
  readonly version: number | null
  readonly kek_id: string | null
  readonly wrapped: Uint8Array | null
  readonly in_use: boolean
  readonly before: RevocationState | null
}

const unknown = (slug: IntegrationSlug): Foreseen => ({
  outcome: "not_possible",
  detail: `this version knows no ${slug}; end it there`,
  way: Option.none()
})

const upstreamOf = ({ detail, outcome }: Foreseen): UpstreamEnd => ({ outcome, detail })
