/**
 * The identifiers that cross a boundary, each a brand of its own, so that an
 * app's id can not be passed where a connection's is asked for.
 */
import { Schema } from "effect"

/** Any id of ours, before it has a name. */
export const Uuid = Schema.String.check(
  Schema.isPattern(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, {
    expected: "a lower-case UUID"
  })
)

export const TenantId = Uuid.pipe(Schema.brand("TenantId"))
export type TenantId = typeof TenantId.Type

export const AppId = Uuid.pipe(Schema.brand("AppId"))
export type AppId = typeof AppId.Type

export const ConnectionId = Uuid.pipe(Schema.brand("ConnectionId"))
export type ConnectionId = typeof ConnectionId.Type

export const KeyId = Uuid.pipe(Schema.brand("KeyId"))
export type KeyId = typeof KeyId.Type

export const AdminTokenId = Uuid.pipe(Schema.brand("AdminTokenId"))
export type AdminTokenId = typeof AdminTokenId.Type

export const CreditId = Uuid.pipe(Schema.brand("CreditId"))
export type CreditId = typeof CreditId.Type

export const RevocationId = Uuid.pipe(Schema.brand("RevocationId"))
export type RevocationId = typeof RevocationId.Type

/** A visit to the page on which an account is connected, from when it was asked for. */
export const ConnectSessionId = Uuid.pipe(Schema.brand("ConnectSessionId"))
export type ConnectSessionId = typeof ConnectSessionId.Type

/** Names an integration of the catalog: `openai`, `telegram`. */
export const IntegrationSlug = Schema.String.check(
  Schema.isPattern(/^[a-z][a-z0-9_-]{0,62}$/, {
    expected: "a slug of lower-case letters, digits, '-' and '_', starting with a letter"
  })
).pipe(Schema.brand("IntegrationSlug"))
export type IntegrationSlug = typeof IntegrationSlug.Type

/** Names a tenant, or an app inside its tenant: `acme`, `support-bot`. */
export const Slug = Schema.String.check(
  Schema.isPattern(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, {
    expected: "1 to 40 lower-case letters, digits and inner '-'"
  })
).pipe(Schema.brand("Slug"))
export type Slug = typeof Slug.Type

/** Text a person reads. Trimmed, 1 to 200 characters, no control characters. */
export const DisplayName = Schema.String.check(
  Schema.isPattern(
    /^[^\s\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069](?:[^\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]{0,198}[^\s\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069])?$/u,
    {
      expected: "1 to 200 characters without control characters or outer spaces"
    }
  )
).pipe(Schema.brand("DisplayName"))
export type DisplayName = typeof DisplayName.Type

/** The name of an environment variable, as `GET /v1/<KEY>` takes it. */
export const EnvVarName = Schema.String.check(
  Schema.isPattern(/^[A-Z][A-Z0-9_]{0,127}$/, { expected: "an environment variable name such as OPENAI_API_KEY" })
).pipe(Schema.brand("EnvVarName"))
export type EnvVarName = typeof EnvVarName.Type

/**
 * The end user a connection belongs to; empty for the tenant's own. Visible ASCII, at most 255 characters, as OpenID
 * Connect Core §2 has it: two subjects that look alike are one subject.
 */
export const UserSubject = Schema.String.check(
  Schema.isPattern(/^[!-~]{0,255}$/, { expected: "at most 255 visible ASCII characters" })
).pipe(Schema.brand("UserSubject"))
export type UserSubject = typeof UserSubject.Type

/** The subject of everything that belongs to the tenant itself. */
export const noSubject = UserSubject.make("")

/** Of an end user, and so never empty. Nor a dot or two, which in the path of a URL is no name. */
export const EndUser = UserSubject.check(
  Schema.isPattern(/^(?!\.{1,2}$)./, { expected: "1 to 255 visible ASCII characters, and more than dots" })
)

/** A connected account at Composio: `ca_…`, and opaque. */
export const ComposioAccountId = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9_-]{1,128}$/, { expected: "the id of a connected account, such as ca_abc123" })
).pipe(Schema.brand("ComposioAccountId"))
export type ComposioAccountId = typeof ComposioAccountId.Type
