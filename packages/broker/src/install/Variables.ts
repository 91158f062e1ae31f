/** The variables of a deployment as whoever manages it is shown them, and the changing of those that are the tenant's. */
import { Context, Effect, Layer, Redacted, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { AppKind } from "@vendodev/domain/App"
import { Conflict, NotFound, type Unavailable, type ValidationFailed } from "@vendodev/domain/BrokerError"
import type { Variable } from "@vendodev/domain/Deployment"
import { type AppId, type ConnectionId, EnvVarName, type IntegrationSlug, Slug } from "@vendodev/domain/Ids"
import { Manifest } from "@vendodev/domain/Manifest"
import { AuditLog } from "../audit/AuditLog.ts"
import { CurrentTenant, type InTenant } from "../database/Tenancy.ts"
import { Vault } from "../vault/Vault.ts"
import { Bound } from "../vend/boundEntry.ts"
import { ProxyAddress } from "../vend/ProxyAddress.ts"
import { byName, fromConnections, fromItself, isGiven, isVended, namesOf, type Source } from "./derivation.ts"
import { fromTenant } from "./Environment.ts"
import { ServiceAddress } from "./ServiceAddress.ts"
import { makeUserVariables, type SealedVariables } from "./userVariables.ts"
import { changed, difference, mask } from "./variableRules.ts"

interface DeploymentRow extends SealedVariables {
  readonly slug: unknown
  readonly kind: unknown
  readonly manifest: unknown
  readonly destroyed: boolean
}

interface SourceRow {
  readonly id: ConnectionId
  readonly slug: IntegrationSlug
  readonly secret_version: bigint
  readonly secret_box: Uint8Array | null
  readonly version: number | null
  readonly kek_id: string | null
  readonly wrapped: Uint8Array | null
}

const { metadata, profile, slug, status } = Bound.fields
const decodeSources = Schema.decodeUnknownEffect(Schema.Array(Schema.Struct({ metadata, profile, slug, status })))
const decodeDeployment = Schema.decodeUnknownEffect(Schema.Struct({ slug: Slug, kind: AppKind, manifest: Manifest }))

/** Stands in for what is not opened. */
const masked = Redacted.make(mask)

export class Variables extends Context.Service<
  Variables,
  {
    /**
     * All of them, secrets masked unless they are to be revealed, which is
     * recorded. The app's own key stays masked: nobody here has it.
     */
    readonly list: (
      app: AppId,
      options: { readonly reveal: boolean }
    ) => InTenant<ReadonlyArray<Variable>, NotFound | Unavailable>
    /** Sets the tenant's own, or takes them away with null. Repeating it changes nothing. */
    readonly change: (
      app: AppId,
      changes: Readonly<Record<string, Redacted.Redacted | null>>
    ) => InTenant<void, NotFound | Conflict | ValidationFailed | Unavailable>
  }
>()("@vendodev/broker/Variables") {
  static readonly layer = Layer.effect(
    Variables,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const audit = yield* AuditLog
      const vault = yield* Vault
      const own = yield* makeUserVariables
      const proxyOf = yield* ProxyAddress
      const address = yield* ServiceAddress

      const find = Effect.fnUntraced(function* (app: AppId) {
        const tenant = yield* CurrentTenant
        const [row] = yield* sql<DeploymentRow>`
          SELECT a.slug, a.kind, d.manifest, d.status = 'destroyed' AS destroyed, d.env_version,
            k.version AS dek_version, k.kek_id, k.wrapped, d.env_box
          FROM broker.deployments d JOIN broker.apps a ON a.tenant_id = d.tenant_id AND a.id = d.app_id
          LEFT JOIN broker.tenant_keys k ON k.tenant_id = d.tenant_id AND k.version = d.env_dek_version
            AND k.state <> 'destroyed'
          WHERE d.app_id = ${app} FOR UPDATE OF d
        `
        if (row === undefined) return yield* new NotFound({ detail: "there is no such deployment" })
        const { destroyed, ...sealed } = row
        const deployment = yield* Effect.orDie(decodeDeployment(row))
        return { ...deployment, destroyed, sealed, owner: { tenant: tenant.id, app } }
      })

      const sourcesOf = (app: AppId) => sql<SourceRow>`
        SELECT c.id, c.integration AS slug, c.profile, c.status, c.metadata, c.secret_version, c.secret_box, k.version,
          k.kek_id, k.wrapped
        FROM broker.app_connection_bindings b
        JOIN broker.connections c ON c.tenant_id = b.tenant_id AND c.id = b.connection_id
        LEFT JOIN broker.tenant_keys k ON k.tenant_id = c.tenant_id AND k.version = c.dek_version
          AND k.state <> 'destroyed'
        WHERE b.app_id = ${app} AND b.user_subject = '' ORDER BY c.integration
      `

      /** None for one that can not be opened, which no deployment is given either. */
      const credentialOf = Effect.fnUntraced(function* (row: SourceRow) {
        const tenant = yield* CurrentTenant
        const { id: connection, kek_id: kekId, secret_box: box, secret_version, version, wrapped } = row
        if (box === null || version === null || kekId === null || wrapped === null) return []
        const place = { tenant: tenant.id, connection, secretVersion: String(secret_version) }
        return yield* vault.open(place, { version, kekId, wrapped }, box).pipe(
          Effect.map((secret) => [[row.slug, secret] as const]),
          Effect.orElseSucceed(() => [])
        )
      })

      return Variables.of({
        list: Effect.fn("Variables.list")(function* (app, { reveal }) {
          const { kind, owner, sealed, slug } = yield* find(app)
          const rows = yield* sourcesOf(app)
          const sources: ReadonlyArray<Source> = yield* Effect.orDie(decodeSources(rows))
          const vended = new Set(
            sources.filter((source) => isVended(source) && isGiven(kind)(source)).map(({ slug }) => slug)
          )
          const opened = yield* Effect.forEach(
            rows.filter(({ slug }) => vended.has(slug)),
            (row) => (reveal ? credentialOf(row) : Effect.succeed([[row.slug, masked] as const]))
          )
          const all = byName(
            fromTenant(yield* own.open(owner, sealed)),
            fromConnections(sources, { kind, credentials: new Map(opened.flat()), key: masked, proxyOf }),
            fromItself({ tenant: owner.tenant, id: app, slug, kind }, address)
          )
          if (reveal) {
            yield* audit.changed({ action: "environment.reveal", object: { kind: "deployment", id: app } })
          }
          return all.map(({ name, secret, value, ...rest }) => ({
            ...rest,
            name: EnvVarName.make(name),
            secret,
            value: secret && !reveal ? masked : value
          }))
        }),
        change: Effect.fn("Variables.change")(function* (app, changes) {
          const { destroyed, manifest, owner, sealed, slug } = yield* find(app)
          if (destroyed) return yield* new Conflict({ detail: `${slug} was destroyed; install the tool again` })
          const before = yield* own.open(owner, sealed)
          const bound = yield* sourcesOf(app)
          const derived = namesOf([...manifest.integrations, ...bound.map(({ slug }) => slug)])
          const after = yield* changed(before, changes, derived)
          const { removed, set } = difference(before, after)
          if (set.length + removed.length === 0) return
          const next = BigInt(sealed.env_version) + 1n
          const { box, version } = yield* own.seal(owner, next, after)
          yield* sql`
            UPDATE broker.deployments SET env_box = ${box}::bytea, env_dek_version = ${version}::int,
              env_version = ${String(next)}::bigint, env_wanted = env_wanted + 1
            WHERE app_id = ${app}
          `
          yield* audit.changed({
            action: "environment.change",
            object: { kind: "deployment", id: app },
            with: { set: set.join(" ") || null, removed: removed.join(" ") || null }
          })
        })
      })
    })
  )
}
