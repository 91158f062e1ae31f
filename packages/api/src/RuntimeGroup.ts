/** The runtime API: what a deployment asks on its own behalf, with its app key. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import {
  AppExpired,
  AppRevoked,
  AppUnknown,
  Forbidden,
  InternalError,
  MethodNotAllowed,
  Overloaded,
  RequestInvalid,
  TooLarge,
  Unavailable,
  ValidationFailed
} from "@vendodev/domain/BrokerError"
import { noSubject, UserSubject } from "@vendodev/domain/Ids"
import { AppAuth } from "./AppAuth.ts"
import { ValidRequest } from "./ValidRequest.ts"
import { wireErrors } from "./WireError.ts"

/** What a request for a user token may say. */
const Subject = UserSubject.check(
  Schema.makeFilter((subject) => subject !== noSubject, { expected: "1 to 255 visible ASCII characters" })
)

/** Seconds: long enough to be used, short enough that nobody keeps it. */
const Lifetime = Schema.Int.check(
  Schema.isBetween({ minimum: 60, maximum: 86_400 }, { expected: "60 to 86400 seconds" })
).annotate({ description: "How long it is valid, in seconds; an hour, if it is not said." })

export const IssuedUserToken = Schema.Struct({
  token: Schema.RedactedFromValue(Schema.String),
  expires_at: Schema.DateTimeUtcFromString
}).annotate({ identifier: "UserToken" })

export class RuntimeGroup extends HttpApiGroup.make("runtime")
  .add(
    HttpApiEndpoint.post("createUserToken", "/api/deployments/me/user-tokens", {
      payload: Schema.Struct({ subject: Subject, expires_in: Schema.optionalKey(Lifetime) }),
      success: IssuedUserToken.pipe(HttpApiSchema.status(201)),
      error: wireErrors(
        RequestInvalid,
        ValidationFailed,
        AppUnknown,
        AppRevoked,
        AppExpired,
        Forbidden,
        MethodNotAllowed,
        TooLarge,
        InternalError,
        Overloaded,
        Unavailable
      )
    }).annotate(OpenApi.Summary, "A token that names one of the tool's users, to send as X-Vendo-User-JWT")
  )
  .middleware(ValidRequest)
  .middleware(AppAuth) {}
