/** What anybody may know of this installation. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import {
  InternalError,
  MethodNotAllowed,
  Overloaded,
  RequestInvalid,
  TooLarge,
  Unavailable
} from "@vendodev/domain/BrokerError"
import { wireErrors } from "./WireError.ts"

/** Public keys alone (RFC 7517): of the members a private key has, the schema knows none. */
export const KeySet = Schema.Struct({
  keys: Schema.Array(
    Schema.Struct({
      kty: Schema.Literal("EC"),
      crv: Schema.Literal("P-256"),
      x: Schema.String,
      y: Schema.String,
      kid: Schema.String,
      alg: Schema.Literal("ES256"),
      use: Schema.Literal("sig")
    })
  )
}).annotate({ identifier: "KeySet" })

export class WellKnownGroup extends HttpApiGroup.make("wellKnown").add(
  HttpApiEndpoint.get("keySet", "/.well-known/jwks.json", {
    success: KeySet,
    error: wireErrors(RequestInvalid, MethodNotAllowed, TooLarge, InternalError, Overloaded, Unavailable)
  }).annotate(OpenApi.Summary, "The public keys of the user tokens this installation issues")
) {}
