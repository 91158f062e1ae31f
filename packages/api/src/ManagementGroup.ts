/** The management API: tenants and what they own, and the installation, on the word of an admin token. */
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { App, AppKind } from "@vendodev/domain/App"
import { AppKey } from "@vendodev/domain/AppKey"
import { Credit, CreditAmount, CreditReference, SpendCaps } from "@vendodev/domain/Billing"
import { Binding } from "@vendodev/domain/Binding"
import {
  type BrokerErrorClass,
  Conflict,
  ConnectionInUse,
  ConnectionRevoked,
  Forbidden,
  NotFound,
  ProviderUnknown,
  SessionRequired,
  UpstreamError
} from "@vendodev/domain/BrokerError"
import { ConnectOutcome } from "@vendodev/domain/ConnectOutcome"
import { Connection } from "@vendodev/domain/Connection"
import { Diagnosis } from "@vendodev/domain/Diagnosis"
import { Fuse } from "@vendodev/domain/Fuse"
import {
  AppId,
  ComposioAccountId,
  ConnectionId,
  ConnectSessionId,
  DisplayName,
  EndUser,
  IntegrationSlug,
  KeyId,
  Slug,
  TenantId
} from "@vendodev/domain/Ids"
import { Pool } from "@vendodev/domain/Pool"
import { Profile } from "@vendodev/domain/Profile"
import { Removal } from "@vendodev/domain/Removal"
import { RemovedUser } from "@vendodev/domain/RemovedUser"
import { Revocation } from "@vendodev/domain/Revocation"
import { Tenant } from "@vendodev/domain/Tenant"
import { AdminAuth } from "./AdminAuth.ts"
import { ofRequest } from "./refusals.ts"
import { ValidRequest } from "./ValidRequest.ts"
import { wireErrors } from "./WireError.ts"

const errors = (...more: ReadonlyArray<BrokerErrorClass>) =>
  wireErrors(...ofRequest, SessionRequired, NotFound, ...more)

/** A freshly minted key: the only answer that ever holds one. */
export const MintedKey = Schema.Struct({ ...AppKey.fields, key: Schema.RedactedFromValue(Schema.String) }).annotate({
  identifier: "MintedKey"
})

/** A connection, and the signing secret that was made for it: the only answer that ever holds one. */
export const CreatedConnection = Schema.Struct({
  ...Connection.fields,
  signing_secret: Schema.optionalKey(
    Schema.RedactedFromValue(Schema.String).annotate({
      description: "Of profile webhook_inbound, where no credential was sent: shown this once."
    })
  )
}).annotate({ identifier: "CreatedConnection" })

/** ISO 8601 in UTC, up to the year 9999: what JavaScript reads besides, the database may not. */
const Expiry = Schema.String.check(
  Schema.isPattern(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?Z$/, {
    expected: "a time in UTC such as 2031-01-31T12:00:00Z"
  })
).pipe(Schema.decodeTo(Schema.DateTimeUtcFromString))

const MintOptions = Schema.Struct({ expires_at: Schema.optionalKey(Expiry) })

const tenant = { tenant: TenantId }
const app = { ...tenant, app: AppId }
const connection = { ...tenant, connection: ConnectionId }
/** Whose: of that end user. */
const ofUser = { user: Schema.optionalKey(EndUser) }

/** What the provider is asked before anything is stored. */
const examination = {
  verify: Schema.optionalKey(Schema.Literals(["live", "try", "none"])).annotate({
    description:
      "`live`: the provider is asked, and nothing is stored unless it takes the credential. `try`: one that gives no " +
      "answer does not matter, and the connection is marked unverified. `none`, or left out: nobody is asked."
  }),
  context: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)).annotate({
    description: "Which of several the connection is to act on, by field; only with `live` and `try`."
  })
}

export class ManagementGroup extends HttpApiGroup.make("management")
  .add(
    HttpApiEndpoint.get("listTenants", "/api/tenants", {
      success: Schema.Struct({ tenants: Schema.Array(Tenant) }),
      error: errors()
    }).annotate(OpenApi.Summary, "All tenants"),
    HttpApiEndpoint.post("createTenant", "/api/tenants", {
      payload: Schema.Struct({ slug: Slug, name: DisplayName }),
      success: Tenant,
      error: errors(Conflict)
    }).annotate(OpenApi.Summary, "Create a tenant; repeating it answers the same tenant"),

    HttpApiEndpoint.get("listApps", "/api/tenants/:tenant/apps", {
      params: tenant,
      success: Schema.Struct({ apps: Schema.Array(App) }),
      error: errors()
    }).annotate(OpenApi.Summary, "The apps of a tenant"),
    HttpApiEndpoint.post("createApp", "/api/tenants/:tenant/apps", {
      params: tenant,
      payload: Schema.Struct({ slug: Slug, name: DisplayName, kind: AppKind }),
      success: App,
      error: errors(Conflict)
    }).annotate(OpenApi.Summary, "Create an app; repeating it answers the same app"),

    HttpApiEndpoint.get("listConnections", "/api/tenants/:tenant/connections", {
      params: tenant,
      query: ofUser,
      success: Schema.Struct({ connections: Schema.Array(Connection) }),
      error: errors()
    }).annotate(OpenApi.Summary, "The connections of a tenant, or of one end user, without their credentials"),
    HttpApiEndpoint.post("createConnection", "/api/tenants/:tenant/connections", {
      params: tenant,
      payload: Schema.Struct({
        slug: IntegrationSlug,
        name: Schema.optionalKey(DisplayName),
        profile: Schema.optionalKey(Profile),
        credential: Schema.optionalKey(Schema.RedactedFromValue(Schema.String)),
        composio_account_id: Schema.optionalKey(ComposioAccountId),
        ...ofUser,
        ...examination
      }),
      success: CreatedConnection,
      error: errors(ProviderUnknown, Conflict, UpstreamError)
    }).annotate(OpenApi.Summary, "Paste a credential, or name an account; repeating it answers the same connection"),
    HttpApiEndpoint.post("reconnectConnection", "/api/tenants/:tenant/connections/:connection/reconnect", {
      params: connection,
      payload: Schema.Struct({
        composio_account_id: Schema.optionalKey(ComposioAccountId),
        credential: Schema.optionalKey(Schema.RedactedFromValue(Schema.String)),
        replace: Schema.optionalKey(Schema.Boolean).annotate({
          description: "Whether it may be of another account than the connection was; without it that is a `conflict`."
        }),
        ...examination
      }),
      success: Connection,
      error: errors(ConnectionRevoked, Conflict, ConnectionInUse, UpstreamError)
    }).annotate(
      OpenApi.Summary,
      "Put another credential or account behind a connection, which keeps its id and bindings"
    ),
    HttpApiEndpoint.post("revokeConnection", "/api/tenants/:tenant/connections/:connection/revoke", {
      params: connection,
      success: Connection,
      error: errors()
    }).annotate(
      OpenApi.Summary,
      "Cut a connection off at once and destroy its credential, for good; apps stay bound and are told so"
    ),
    HttpApiEndpoint.delete("removeConnection", "/api/tenants/:tenant/connections/:connection", {
      params: connection,
      query: {
        dry_run: Schema.optionalKey(Schema.Literal("1")).annotate({
          description: "1 answers what would happen, and changes nothing."
        })
      },
      success: Removal,
      error: errors()
    }).annotate(
      OpenApi.Summary,
      "Be done with a connection, for good: unbound everywhere, its credential destroyed, its keys revoked, the upstream told"
    ),
    HttpApiEndpoint.get("listRevocations", "/api/tenants/:tenant/revocations", {
      params: tenant,
      success: Schema.Struct({ revocations: Schema.Array(Revocation) }),
      error: errors()
    }).annotate(OpenApi.Summary, "What upstreams have not confirmed yet of connections that ended"),

    HttpApiEndpoint.get("connectSession", "/api/tenants/:tenant/connect-sessions/:session", {
      params: { ...tenant, session: ConnectSessionId },
      success: ConnectOutcome,
      error: errors()
    }).annotate(OpenApi.Summary, "What became of a visit to the page on which an account is connected"),

    HttpApiEndpoint.get("listBindings", "/api/tenants/:tenant/apps/:app/bindings", {
      params: app,
      success: Schema.Struct({ bindings: Schema.Array(Binding) }),
      error: errors()
    }).annotate(OpenApi.Summary, "What an app may use"),
    HttpApiEndpoint.put("setBinding", "/api/tenants/:tenant/apps/:app/bindings/:slug", {
      params: { ...app, slug: IntegrationSlug },
      payload: Schema.Struct({ connection_id: ConnectionId }),
      success: Binding,
      error: errors(ConnectionInUse, ConnectionRevoked, Forbidden)
    }).annotate(OpenApi.Summary, "Bind a connection to an app, replacing what was bound"),
    HttpApiEndpoint.delete("removeBinding", "/api/tenants/:tenant/apps/:app/bindings/:slug", {
      params: { ...app, slug: IntegrationSlug },
      query: ofUser,
      success: HttpApiSchema.NoContent,
      error: errors()
    }).annotate(OpenApi.Summary, "Unbind, for the tenant itself or one end user; repeating it changes nothing"),

    HttpApiEndpoint.delete("removeUser", "/api/tenants/:tenant/users/:user", {
      params: { ...tenant, user: EndUser },
      success: RemovedUser,
      error: errors()
    }).annotate(OpenApi.Summary, "Revoke all connections of an end user, and refuse the user tokens issued until now"),

    HttpApiEndpoint.get("listKeys", "/api/tenants/:tenant/keys", {
      params: tenant,
      success: Schema.Struct({ keys: Schema.Array(AppKey) }),
      error: errors()
    }).annotate(OpenApi.Summary, "The keys of a tenant, by hint"),
    HttpApiEndpoint.post("mintAppKey", "/api/tenants/:tenant/apps/:app/keys", {
      params: app,
      payload: MintOptions,
      success: MintedKey.pipe(HttpApiSchema.status(201)),
      error: errors()
    }).annotate(OpenApi.Summary, "Mint a key for an app; it is shown this once"),
    HttpApiEndpoint.post("mintConnectionKey", "/api/tenants/:tenant/connections/:connection/keys", {
      params: connection,
      payload: MintOptions,
      success: MintedKey.pipe(HttpApiSchema.status(201)),
      error: errors(ConnectionRevoked)
    }).annotate(OpenApi.Summary, "Mint a key locked to one connection; it is shown this once"),
    HttpApiEndpoint.delete("revokeKey", "/api/tenants/:tenant/keys/:key", {
      params: { ...tenant, key: KeyId },
      success: AppKey,
      error: errors()
    }).annotate(OpenApi.Summary, "Revoke a key; holds from the next request on"),

    HttpApiEndpoint.get("listCredits", "/api/tenants/:tenant/credits", {
      params: tenant,
      success: Schema.Struct({ credits: Schema.Array(Credit) }),
      error: errors()
    }).annotate(OpenApi.Summary, "What was added to the balance of a tenant, and taken back"),
    HttpApiEndpoint.post("addCredit", "/api/tenants/:tenant/credits", {
      params: tenant,
      payload: Schema.Struct({ amount_micros: CreditAmount, reference: CreditReference }),
      success: Credit,
      error: errors(Conflict)
    }).annotate(OpenApi.Summary, "Add to the balance, or take back below 0; repeating a reference answers the same"),
    HttpApiEndpoint.put("setSpendCaps", "/api/tenants/:tenant/apps/:app/spend-caps", {
      params: app,
      payload: SpendCaps,
      success: SpendCaps,
      error: errors()
    }).annotate(OpenApi.Summary, "The most an app may spend in a day and in a month; null for no cap"),

    HttpApiEndpoint.get("listPools", "/api/pools", {
      success: Schema.Struct({ pools: Schema.Array(Pool) }),
      error: errors()
    }).annotate(OpenApi.Summary, "The keys of the installation that tenants draw on, by hint"),
    HttpApiEndpoint.put("setPool", "/api/pools/:slug", {
      params: { slug: IntegrationSlug },
      payload: Schema.Struct({ credential: Schema.RedactedFromValue(Schema.String) }),
      success: Pool,
      error: errors(ProviderUnknown)
    }).annotate(OpenApi.Summary, "Set the key of the pool of an integration, in place of the one before"),
    HttpApiEndpoint.delete("removePool", "/api/pools/:slug", {
      params: { slug: IntegrationSlug },
      success: HttpApiSchema.NoContent,
      error: errors()
    }).annotate(OpenApi.Summary, "Take the pool of an integration away; repeating it changes nothing"),

    HttpApiEndpoint.get("listFuses", "/api/fuses", {
      success: Schema.Struct({ fuses: Schema.Array(Fuse) }),
      error: errors()
    }).annotate(OpenApi.Summary, "The fuses that are blown, or were released within the hour"),
    HttpApiEndpoint.post("releaseFuse", "/api/fuses/:slug/release", {
      params: { slug: IntegrationSlug },
      success: Fuse,
      error: errors()
    }).annotate(OpenApi.Summary, "Let the connections a blown fuse holds back need their users, for one hour"),

    HttpApiEndpoint.get("doctor", "/api/doctor", {
      success: Diagnosis,
      error: errors()
    }).annotate(OpenApi.Summary, "Look at what the service depends on; takes up to 15 seconds when that is slow")
  )
  // A misspelt `user` would mean the tenant's own, and a misspelt `dry_run` that it is meant.
  .annotate(HttpApi.QueryParseOptions, { onExcessProperty: "error" })
  .middleware(ValidRequest)
  .middleware(AdminAuth) {}
