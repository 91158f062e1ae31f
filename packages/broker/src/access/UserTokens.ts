/**
 * The broker as an issuer of user tokens, so that a small operator needs no
 * identity provider. An app asks for a token of one of its users; the record of
 * it is in the audit log before the token exists.
 */
import { Context, DateTime, Duration, Effect, Layer, Option, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { Forbidden, type Unavailable, ValidationFailed } from "@vendodev/domain/BrokerError"
import { type AppId, noSubject, type TenantId, type UserSubject } from "@vendodev/domain/Ids"
import { RequestId } from "@vendodev/domain/RequestId"
import { orOutOfReach } from "../database/orUnavailable.ts"
import { pointOf, signEs256 } from "../vault/tokenSignature.ts"
import { type Caller, judge, type KeyDecision } from "./CallingApp.ts"
import { type KeyRefusal, keyUnknown } from "./keyRefusals.ts"
import { UserIdentitySettings } from "./UserIdentitySettings.ts"
import { type SigningKey, UserTokenKeys, userTokenType } from "./UserTokenKeys.ts"

export interface UserToken {
  readonly token: Redacted.Redacted
  readonly expiresAt: DateTime.Utc
}

/** A public key as it is published (RFC 7517). */
export interface PublishedKey {
  readonly kty: "EC"
  readonly crv: "P-256"
  readonly x: string
  readonly y: string
  readonly kid: string
  readonly alg: "ES256"
  readonly use: "sig"
}

export const defaultLifetime = Duration.hours(1)
export const shortestLifetime = Duration.seconds(60)
export const longestLifetime = Duration.hours(24)

interface Issued {
  readonly decision: KeyDecision
  readonly tenant_id: TenantId
  readonly app_id: AppId | null
  readonly issued_at: number
}

export class UserTokens extends Context.Service<
  UserTokens,
  {
    /** A token of that user, good for the tenant and the app of the calling key, which is judged once more. */
    readonly mint: (
      caller: Pick<Caller, "keyHash">,
      subject: UserSubject,
      lifetime: Option.Option<Duration.Duration>
    ) => Effect.Effect<UserToken, KeyRefusal | Forbidden | ValidationFailed | Unavailable>
    /** The keys others can verify these tokens with, for `/.well-known/jwks.json`. */
    readonly jwks: Effect.Effect<{ readonly keys: ReadonlyArray<PublishedKey> }, Unavailable>
  }
>()("@vendodev/broker/UserTokens") {
  static readonly layer = Layer.effect(
    UserTokens,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const keys = yield* UserTokenKeys
      const { own } = yield* UserIdentitySettings

      return UserTokens.of({
        mint: Effect.fn("UserTokens.mint")(function* ({ keyHash }, subject, lifetime) {
          const seconds = Math.floor(Duration.toSeconds(Option.getOrElse(lifetime, () => defaultLifetime)))
          if (subject === noSubject) return yield* invalid("subject", "a user token is of a user: name one")
          if (!(seconds >= Duration.toSeconds(shortestLifetime) && seconds <= Duration.toSeconds(longestLifetime))) {
            return yield* invalid("expires_in", "a user token is good for 60 seconds to 24 hours")
          }
          const key = yield* keys.signing
          const id = crypto.randomUUID()
          const [issued] = yield* sql<Issued>`
            SELECT * FROM gate.issue_user_token(${keyHash}, ${subject}, ${seconds}, ${id}, ${yield* RequestId})
          `.pipe(orOutOfReach)
          yield* judge(issued?.decision)
          if (issued === undefined) return yield* keyUnknown
          if (issued.app_id === null) return yield* ofConnection
          // The database's clock, for it is what the removal of a user is compared with.
          const { app_id, issued_at: iat, tenant_id } = issued
          const exp = iat + seconds
          const claims = { iss: own.issuer, aud: own.audience, sub: subject, tenant_id, app_id, iat, exp, jti: id }
          return {
            token: Redacted.make(compact(key, claims), { label: "user token" }),
            expiresAt: DateTime.makeUnsafe(exp * 1000)
          }
        }),
        jwks: Effect.map(keys.trusted.current, (all) => ({
          keys: all.map(({ key, thumbprint }) => ({ ...pointOf(key), kid: thumbprint, alg: "ES256", use: "sig" }))
        }))
      })
    })
  )
}

const invalid = (field: string, detail: string) => Effect.fail(new ValidationFailed({ field, detail }))

const ofConnection = Effect.fail(
  new Forbidden({ detail: "a key of one connection has no users; ask with the key of an app" })
)

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")

const compact = ({ key, kid }: SigningKey, claims: object): string => {
  const signed = `${encode({ alg: "ES256", typ: userTokenType, kid })}.${encode(claims)}`
  return `${signed}.${Buffer.from(signEs256(key, signed)).toString("base64url")}`
}
