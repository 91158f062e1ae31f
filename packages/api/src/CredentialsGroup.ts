/** The credentials surface: what a tool asks for a token. */
import { Schema, SchemaTransformation } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import {
  BindingMissing,
  type BrokerErrorClass,
  ConnectionNeedsReauth,
  ConnectionRevoked,
  IdentityInvalid,
  NotFound,
  ProfileUnsupported,
  ProviderUnknown,
  RateLimited,
  UpstreamError
} from "@vendodev/domain/BrokerError"
import { EnvVarName, IntegrationSlug } from "@vendodev/domain/Ids"
import { AppAuth } from "./AppAuth.ts"
import { ofKey } from "./refusals.ts"
import { wireErrors } from "./WireError.ts"

/** A vended token. `expires_at` is null for credentials that do not expire. */
export const CredentialResponse = Schema.Struct({
  access_token: Schema.String,
  expires_at: Schema.NullOr(Schema.DateTimeUtcFromString),
  token_type: Schema.Literal("Bearer")
}).annotate({ identifier: "CredentialResponse" })
export type CredentialResponse = typeof CredentialResponse.Type

export const warningHeader = "vendo-warning"

/** The code of what went wrong though there is a token. A word, so that a client may meet one it does not know yet. */
const warning = {
  warning: Schema.optionalKey(Schema.String).annotate({
    description:
      "`upstream_error`: the provider failed, and this token, still valid for some seconds, is not a fresh one."
  })
}

const CredentialWithWarning = Schema.Struct({ ...CredentialResponse.fields, ...warning }).annotate({
  identifier: "CredentialWithWarning"
})

/** One token: a warning is in a header, so that the body is what it always was. */
const OneCredential = CredentialWithWarning.pipe(
  HttpApiSchema.encodeToWithHeaders(
    { body: CredentialResponse, headers: { [warningHeader]: warning.warning } },
    {
      decode: ({ body, headers: { [warningHeader]: warning } }) =>
        warning === undefined ? body : { ...body, warning },
      encode: ({ warning, ...body }) => ({ body, headers: warning === undefined ? {} : { [warningHeader]: warning } })
    }
  )
)

/** How many integrations can be asked for at once. */
export const mostSlugs = 50

const Slugs = Schema.String.annotate({
  description: `Slugs separated by commas, 1 to ${mostSlugs} different ones.`,
  examples: ["notion,slack"]
}).pipe(
  Schema.decodeTo(
    Schema.Array(IntegrationSlug),
    SchemaTransformation.transform({
      decode: (text): ReadonlyArray<string> => text.split(","),
      encode: (slugs: ReadonlyArray<string>) => slugs.join(",")
    })
  )
)

/** Every slug that was asked for is in `tokens`, with null where `errors` says why there is none. */
export const CredentialsResponse = Schema.Struct({
  tokens: Schema.Record(Schema.String, Schema.NullOr(CredentialWithWarning)),
  errors: Schema.Record(
    Schema.String,
    Schema.Struct({
      code: Schema.String,
      detail: Schema.String,
      connect_url: Schema.optionalKey(Schema.String)
    })
  )
}).annotate({ identifier: "CredentialsResponse" })
export type CredentialsResponse = typeof CredentialsResponse.Type

/** A provider's refusal of a vended token, which is named by its fingerprint and not repeated. */
export const RefusedToken = Schema.Struct({
  fingerprint: Schema.String.check(
    Schema.isPattern(/^[0-9a-f]{64}$/, { expected: "the SHA-256 of the token in 64 lower-case hexadecimal digits" })
  ),
  status: Schema.Literals([401, 403]).annotate({ description: "What the provider answered." })
}).annotate({ identifier: "RefusedToken" })

export const RefusedVerdict = Schema.Struct({
  verdict: Schema.Literals(["replaced", "unchanged"]).annotate({
    description:
      "`replaced`: ask for the token again, there is another one. `unchanged`: asking again brings the same one."
  })
}).annotate({ identifier: "RefusedVerdict" })

/** What refuses the caller as a whole. */
const errors = (...more: ReadonlyArray<BrokerErrorClass>) => wireErrors(...ofKey, IdentityInvalid, NotFound, ...more)

/** What refuses one of the things that were asked for. */
const aboutOne = [
  ConnectionNeedsReauth,
  BindingMissing,
  ConnectionRevoked,
  ProviderUnknown,
  ProfileUnsupported,
  UpstreamError
]

const headers = Schema.Struct({
  "x-vendo-user-jwt": Schema.optionalKey(Schema.String).annotate({
    description: "Names the end user whose connections are used, and no others."
  })
})

export class CredentialsGroup extends HttpApiGroup.make("credentials")
  .add(
    HttpApiEndpoint.get("vend", "/credentials/:slug", {
      params: { slug: IntegrationSlug },
      headers,
      success: OneCredential,
      error: errors(...aboutOne)
    }).annotate(OpenApi.Summary, "A fresh token for an integration"),
    HttpApiEndpoint.get("vendByVariable", "/credentials/v1/:variable", {
      params: { variable: EnvVarName },
      headers,
      success: OneCredential,
      error: errors(...aboutOne)
    }).annotate(OpenApi.Summary, "A fresh token by the name of its conventional environment variable"),
    HttpApiEndpoint.get("vendMany", "/credentials/_bulk", {
      query: { slugs: Slugs },
      headers,
      success: CredentialsResponse,
      error: errors()
    }).annotate(OpenApi.Summary, "Fresh tokens for several integrations at once"),
    HttpApiEndpoint.post("refused", "/credentials/:slug/refused", {
      params: { slug: IntegrationSlug },
      headers,
      payload: RefusedToken,
      success: RefusedVerdict,
      error: errors(...aboutOne, RateLimited)
    }).annotate(OpenApi.Summary, "A provider refused a vended token: is there another one?")
  )
  .middleware(AppAuth) {}
