import { Context, Effect, Layer, type Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { Conflict, type SessionRequired, type Unavailable } from "@vendodev/domain/BrokerError"
import { type AdminTokenId, type DisplayName, type Slug, TenantId } from "@vendodev/domain/Ids"
import { Tenant } from "@vendodev/domain/Tenant"
import { AdminTokens } from "../access/AdminTokens.ts"
import { AuditLog } from "../audit/AuditLog.ts"
import { orOutOfReach } from "../database/orUnavailable.ts"
import { rows } from "../database/rows.ts"
import { asTenant } from "../database/Tenancy.ts"
import { Keyring } from "../vault/Keyring.ts"
import { violates } from "../database/violates.ts"

type Failure = SessionRequired | Unavailable

/** The tenants of the installation. Repeating a creation answers the tenant that is there. */
export class Tenants extends Context.Service<
  Tenants,
  {
    readonly list: (token: Redacted.Redacted) => Effect.Effect<ReadonlyArray<Tenant>, Failure>
    /** Fails with `conflict` when the slug belongs to a tenant of another name. */
    readonly create: (
      token: Redacted.Redacted,
      input: { readonly slug: Slug; readonly name: DisplayName }
    ) => Effect.Effect<Tenant, Failure | Conflict>
  }
>()("@vendodev/broker/Tenants") {
  static readonly layer = Layer.effect(
    Tenants,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const tokens = yield* AdminTokens
      const keyring = yield* Keyring
      const audit = yield* AuditLog

      const listAs = Effect.fnUntraced(function* (hash: Uint8Array) {
        const [gate] = yield* sql<{ readonly actor: string | null }>`SELECT gate.admin(${hash}) AS actor`
        if (gate === undefined || gate.actor === null) return yield* tokens.refusal
        return yield* rows(Tenant)(sql`SELECT * FROM gate.list_tenants(${hash})`)
      })

      const insert = Effect.fnUntraced(function* (
        hash: Uint8Array,
        { name, slug }: { readonly slug: Slug; readonly name: DisplayName }
      ) {
        const id = TenantId.make(crypto.randomUUID())
        const { kekId, wrapped } = keyring.generateDataKey(id, 1)
        yield* sql`SELECT gate.create_tenant(${hash}, ${id}, ${slug}, ${name}, ${kekId}, ${wrapped})`.pipe(
          // Revoked since it was looked at.
          Effect.catchReason("SqlError", "AuthorizationError", () => tokens.refusal)
        )
        const [gate] = yield* sql<{ readonly token_id: AdminTokenId }>`
          SELECT token_id FROM gate.enter_by_admin(${hash}, ${id})
        `
        if (gate === undefined) return yield* tokens.refusal
        yield* asTenant(
          sql,
          { id, actor: { kind: "admin", id: gate.token_id } },
          audit.changed({ action: "tenant.create", object: { kind: "tenant", id }, with: { slug } })
        )
      })

      const create = Effect.fn("Tenants.create")(function* (
        token: Redacted.Redacted,
        input: { readonly slug: Slug; readonly name: DisplayName }
      ) {
        const hash = yield* tokens.hash(token)
        // Asked first, so that a bad token is refused before anything is tried.
        const before = yield* listAs(hash)
        if (!before.some(({ slug }) => slug === input.slug)) {
          yield* sql.withTransaction(insert(hash, input)).pipe(violates("tenant_slug_taken", () => Effect.void))
        }
        const found = (yield* listAs(hash)).find(({ slug }) => slug === input.slug)
        if (found === undefined || found.name !== input.name) {
          return yield* new Conflict({ detail: `the slug ${input.slug} belongs to another tenant; choose another` })
        }
        return found
      }, orOutOfReach)

      return Tenants.of({
        list: Effect.fn("Tenants.list")(function* (token) {
          return yield* listAs(yield* tokens.hash(token))
        }, orOutOfReach),
        create
      })
    })
  )
}
