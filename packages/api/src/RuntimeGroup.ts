/** The runtime API: what a deployment asks on its own behalf, with its app key. */
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { BoundConnection } from "@vendodev/domain/BoundConnection"
import {
  type BrokerErrorClass,
  ConnectionRevoked,
  Forbidden,
  IdentityInvalid,
  NotFound,
  ProviderUnknown,
  SessionRequired
} from "@vendodev/domain/BrokerError"
import {
  AppId,
  ConnectionId,
  ConnectSessionId,
  EndUser,
  IntegrationSlug,
  noSubject,
  TenantId,
  UserSubject
} from "@vendodev/domain/Ids"
import { AppAuth } from "./AppAuth.ts"
import { ofKey } from "./refusals.ts"
import { UserHeader } from "./UserHeader.ts"
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

/** A key that came to the wrong place must not be kept. */
const keyLike = /vendo_(?:sk|at|c[tv])_/

const isPlainAddress = (text: string): boolean => {
  if (!/^https?:\/\/[!-~]+$/i.test(text) || text.length > 2048 || keyLike.test(text) || !URL.canParse(text))
    return false
  const { password, username } = new URL(text)
  return username === "" && password === ""
}

const errors = (...more: ReadonlyArray<BrokerErrorClass>) => wireErrors(...ofKey, Forbidden, ...more)

const ReturnTo = Schema.String.annotate({
  description: "Where the browser is sent afterwards: an http or https URL of at most 2048 characters."
}).check(
  Schema.makeFilter((text) => isPlainAddress(text), {
    expected: "an http or https URL without user and password, of at most 2048 visible ASCII characters"
  })
)

const State = Schema.String.annotate({
  description: "Handed back with `return_to`, unread: 1 to 512 printable ASCII characters."
}).check(
  Schema.makeFilter((text) => /^[ -~]{1,512}$/.test(text) && !keyLike.test(text), {
    expected: "1 to 512 printable ASCII characters"
  })
)

export const ConnectSession = Schema.Struct({
  id: ConnectSessionId,
  url: Schema.RedactedFromValue(Schema.String).annotate({
    description: "The page to open in the user's browser. What stands in it is good once, for ten minutes."
  }),
  expires_at: Schema.DateTimeUtcFromString
}).annotate({ identifier: "ConnectSession" })

/** What an admin token must say, and an app key says by itself. */
const ofAdmin = {
  tenant_id: Schema.optionalKey(TenantId).annotate({
    description: "With an admin token: whose connection it will be."
  }),
  app_id: Schema.optionalKey(AppId).annotate({ description: "With an admin token: the app it will be bound to." }),
  user: Schema.optionalKey(EndUser).annotate({ description: "With an admin token: the end user it will be of." }),
  connection_id: Schema.optionalKey(ConnectionId).annotate({
    description: "With an admin token: the connection that is to be connected again."
  })
}

export class RuntimeGroup extends HttpApiGroup.make("runtime")
  .add(
    HttpApiEndpoint.get("listBoundConnections", "/api/deployments/me/connections", {
      headers: UserHeader,
      query: {
        sandbox: Schema.optionalKey(Schema.Literal("1")).annotate({
          description: "1 leaves the credentials of exclusive integrations out, as for an app that is a sandbox."
        })
      },
      success: Schema.Struct({ connections: Schema.Array(BoundConnection) }),
      error: errors(IdentityInvalid)
    }).annotate(
      OpenApi.Summary,
      "Every integration, with the connection the app is bound to and the credentials that do not expire"
    ),
    HttpApiEndpoint.post("createUserToken", "/api/deployments/me/user-tokens", {
      payload: Schema.Struct({ subject: Subject, expires_in: Schema.optionalKey(Lifetime) }),
      success: IssuedUserToken.pipe(HttpApiSchema.status(201)),
      error: errors()
    }).annotate(OpenApi.Summary, "A token that names one of the tool's users, to send as X-Vendo-User-JWT"),
    HttpApiEndpoint.post("openConnectSession", "/api/connect-sessions", {
      headers: UserHeader,
      payload: Schema.Struct({
        slug: IntegrationSlug,
        return_to: Schema.optionalKey(ReturnTo),
        state: Schema.optionalKey(State),
        ...ofAdmin
      }),
      success: ConnectSession.pipe(HttpApiSchema.status(201)),
      error: errors(IdentityInvalid, ProviderUnknown, SessionRequired, NotFound, ConnectionRevoked)
    }).annotate(
      OpenApi.Summary,
      "The page on which an account is connected, for one visit; with the key of an app, or with an admin token"
    )
  )
  // A misspelt `sandbox` would hand out what a sandbox must not have.
  .annotate(HttpApi.QueryParseOptions, { onExcessProperty: "error" })
  .middleware(ValidRequest)
  .middleware(AppAuth) {}
