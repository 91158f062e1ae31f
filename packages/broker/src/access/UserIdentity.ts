/**
 * Who an end user is, by the word of an issuer the operator trusts. What is
 * sent and can not be verified is refused; nobody falls back to being nobody.
 */
import { Clock, Context, Effect, type FileSystem, Layer, Option, Redacted, Result, Schema } from "effect"
import type { HttpClient } from "effect/http"
import { IdentityInvalid, type Unavailable } from "@vendodev/domain/BrokerError"
import { isLowS } from "../vault/ecdsa.ts"
import { isSignedBy } from "../vault/tokenSignature.ts"
import { type CompactToken, readCompact } from "./compactToken.ts"
import type { IssuerKey, IssuerKeys } from "./IssuerKey.ts"
import { keysFromFile } from "./jwksFile.ts"
import { isSafeKeySetUrl, keysFromUrl } from "./jwksUrl.ts"
import { type ExternalIssuer, UserIdentitySettings } from "./UserIdentitySettings.ts"
import { UserMemory } from "./UserMemory.ts"
import { UserTokenKeys, userTokenType } from "./UserTokenKeys.ts"
import { broken, userOf } from "./userTokenRules.ts"
import type { VerifiedUser } from "./VerifiedUser.ts"

/** The settings name an issuer that can not be trusted as it stands. Found at the start. */
export class UserIdentityMisconfigured extends Schema.TaggedError<UserIdentityMisconfigured>()(
  "UserIdentityMisconfigured",
  { reason: Schema.String }
) {
  override get message() {
    return this.reason
  }
}

/** What is particular to the tokens of one issuer. */
interface Issuer {
  readonly audience: string
  readonly keys: IssuerKeys
  readonly types: ReadonlySet<string>
  readonly typed: boolean
  /** Whether of the two spellings of an ECDSA signature only the one we write is taken. */
  readonly lowS: boolean
}

export class UserIdentity extends Context.Service<
  UserIdentity,
  {
    /** Unavailable when the issuer's keys can not be had, for then nothing is known against the token. */
    readonly verify: (jwt: Redacted.Redacted) => Effect.Effect<VerifiedUser, IdentityInvalid | Unavailable>
  }
>()("@vendodev/broker/UserIdentity") {
  static readonly layer: Layer.Layer<
    UserIdentity,
    UserIdentityMisconfigured,
    UserIdentitySettings | UserTokenKeys | HttpClient.HttpClient | FileSystem.FileSystem
  > = Layer.effect(
    UserIdentity,
    Effect.gen(function* () {
      const { external, own } = yield* UserIdentitySettings
      const issuers = new Map<string, Issuer>()
      if (Option.isSome(external)) {
        const { audience, issuer, jwks } = external.value
        yield* check(own.issuer, external.value)
        const keys = "url" in jwks ? yield* keysFromUrl(jwks.url) : yield* keysFromFile(jwks.file)
        issuers.set(issuer, { audience, keys, types: new Set([...anyones, userTokenType]), typed: false, lowS: false })
      }
      issuers.set(own.issuer, {
        audience: own.audience,
        keys: (yield* UserTokenKeys).trusted,
        types: new Set([userTokenType]),
        typed: true,
        lowS: true
      })
      const memory = new UserMemory()

      /** A remembered user, while the token and the key it was verified with are good. */
      const recall = Effect.fnUntraced(function* (jwt: Redacted.Redacted, now: number) {
        const known = memory.get(jwt, now)
        if (known === undefined) return Option.none()
        const keys = yield* issuers.get(known.issuer)?.keys.current ?? Effect.succeed([])
        if (keys.some((key) => nameOf(key) === known.key)) return Option.some(known.user)
        memory.forget(jwt)
        return Option.none()
      })

      return UserIdentity.of({
        verify: Effect.fn("UserIdentity.verify")(function* (jwt) {
          const now = yield* Clock.currentTimeMillis
          const known = yield* recall(jwt, now)
          if (Option.isSome(known)) return known.value
          const read = readCompact(Redacted.value(jwt))
          if (Result.isFailure(read)) return yield* refuse(read.failure)
          const token = read.success
          const { iss } = token.claims
          const issuer = typeof iss === "string" ? issuers.get(iss) : undefined
          if (typeof iss !== "string" || issuer === undefined) {
            return yield* refuse("the user token is of no issuer this installation trusts")
          }
          const rule = broken(token, { ...issuer, now })
          if (Option.isSome(rule)) return yield* refuse(rule.value)
          const key = yield* keyOf(issuer.keys, token)
          if (!(yield* isSignedBy(jwt, key.key, key.algorithm)) || (issuer.lowS && !isLowS(token.signature))) {
            return yield* refuse("the signature of the user token does not fit")
          }
          const found = userOf(token.claims)
          if (Option.isNone(found)) return yield* refuse("the claims of the user token can not be read")
          const { expiry, user } = found.value
          memory.set(jwt, { user, expiry, issuer: iss, key: nameOf(key) })
          return user
        })
      })
    })
  )
}

/** Types other issuers give tokens that say who a user is (RFC 7519 §5.1, RFC 9068). */
const anyones = ["jwt", "at+jwt"]

const check = Effect.fnUntraced(function* (own: string, { audience, issuer, jwks }: ExternalIssuer) {
  const problem =
    issuer === "" || audience === ""
      ? "the issuer and the audience of user tokens must both be named"
      : issuer === own
        ? "the issuer of user tokens is this installation itself: leave it out, its tokens are trusted anyway"
        : "url" in jwks && !isSafeKeySetUrl(jwks.url)
          ? "the keys of user tokens must come from an https URL without a password, or from this machine"
          : undefined
  if (problem !== undefined) return yield* new UserIdentityMisconfigured({ reason: problem })
})

const refuse = (sentence: string) => Effect.fail(new IdentityInvalid({ detail: `${sentence}; send a current one` }))

const nameOf = ({ kid, thumbprint }: IssuerKey) => `${thumbprint}/${Option.getOrElse(kid, () => "")}`

const fits =
  ({ header }: CompactToken) =>
  ({ algorithm, kid }: IssuerKey) =>
    algorithm === header["alg"] && (header["kid"] === undefined || header["kid"] === Option.getOrUndefined(kid))

/** The one key of the issuer that the token can mean. */
const keyOf = Effect.fnUntraced(function* ({ current, newer }: IssuerKeys, token: CompactToken) {
  const known = (yield* current).filter(fits(token))
  const [key, ...others] = known.length > 0 ? known : (yield* newer).filter(fits(token))
  if (key === undefined) return yield* refuse("the user token is signed with no key its issuer publishes")
  if (others.length > 0) return yield* refuse("the user token does not say which key of its issuer signed it")
  return key
})
