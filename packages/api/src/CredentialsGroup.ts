/** The credentials surface: what a tool asks for a token. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import {
  AppExpired,
  AppRevoked,
  AppUnknown,
  BindingMissing,
  ConnectionNeedsReauth,
  ConnectionRevoked,
  IdentityInvalid,
  InternalError,
  MethodNotAllowed,
  NotFound,
  Overloaded,
  ProfileUnsupported,
  ProviderUnknown,
  RequestInvalid,
  TooLarge,
  Unavailable,
  UpstreamError,
  ValidationFailed
} from "@vendodev/domain/BrokerError"
import { EnvVarName, IntegrationSlug } from "@vendodev/domain/Ids"
import { AppAuth } from "./AppAuth.ts"
import { wireErrors } from "./WireError.ts"

/** A vended token. `expires_at` is null for credentials that do not expire. */
export const CredentialResponse = Schema.Struct({
  access_token: Schema.String,
  expires_at: Schema.NullOr(Schema.DateTimeUtcFromString),
  token_type: Schema.Literal("Bearer")
}).annotate({ identifier: "CredentialResponse" })
export type CredentialResponse = typeof CredentialResponse.Type

const error = wireErrors(
  RequestInvalid,
  ValidationFailed,
  AppUnknown,
  AppRevoked,
  AppExpired,
  IdentityInvalid,
  ConnectionNeedsReauth,
  BindingMissing,
  ConnectionRevoked,
  ProviderUnknown,
  NotFound,
  MethodNotAllowed,
  TooLarge,
  ProfileUnsupported,
  InternalError,
  UpstreamError,
  Overloaded,
  Unavailable
)

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
      success: CredentialResponse,
      error
    }).annotate(OpenApi.Summary, "A fresh token for an integration"),
    HttpApiEndpoint.get("vendByVariable", "/credentials/v1/:variable", {
      params: { variable: EnvVarName },
      headers,
      success: CredentialResponse,
      error
    }).annotate(OpenApi.Summary, "A fresh token by the name of its conventional environment variable")
  )
  .middleware(AppAuth) {}
