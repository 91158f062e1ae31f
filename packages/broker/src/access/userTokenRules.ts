/**
 * What a user token must say before its signature is looked at (RFC 8725,
 * RFC 7519). Each rule is the sentence its caller is told, which repeats
 * nothing of the token, and the condition. The first broken one answers.
 */
import { Option, Schema } from "effect"
import { AppId, TenantId, UserSubject } from "@vendodev/domain/Ids"
import type { JsonObject } from "./strictJson.ts"
import type { VerifiedUser } from "./VerifiedUser.ts"

export interface Expected {
  readonly audience: string
  /** Values of `typ` this issuer's tokens may have; without the `application/` they can be written with. */
  readonly types: ReadonlySet<string>
  /** Whether `typ` must be there. */
  readonly typed: boolean
  /** Milliseconds since 1970. */
  readonly now: number
}

export interface Said {
  readonly header: JsonObject
  readonly claims: JsonObject
}

type Rule = readonly [sentence: string, holds: (said: Said, expected: Expected) => boolean]

/** Names of keys, and switches, that a token must not choose for us. */
const forbidden = ["jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "crit", "b64", "zip"]

/** What other tokens of the same issuer call themselves, in a claim: `ID`, `Refresh`, `Offline`, `Logout`. */
const tokenTypes = new Set(["bearer", "jwt", "at+jwt", "vendo-user+jwt"])

const second = 1000
/** How far ahead of ours the clock of an issuer may be. */
const skew = 60 * second
const longestLife = 24 * 3600 * second

const has = (object: JsonObject, name: string) => Object.hasOwn(object, name)
const isText = (value: unknown): value is string => typeof value === "string"
/** A whole number of seconds since 1970, in milliseconds. */
const moment = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value * second : undefined

const notAhead = (value: unknown, now: number) => {
  const at = moment(value)
  return at !== undefined && at <= now + skew
}

const typeOf = (value: string) => value.toLowerCase().replace(/^application\//, "")

const isFor = (claims: JsonObject, audience: string): boolean => {
  const { aud } = claims
  if (isText(aud)) return aud === audience
  if (!Array.isArray(aud) || !aud.every(isText) || !aud.includes(audience)) return false
  // Meant for others as well: then it must have been given to us.
  return aud.every((one) => one === audience) || claims["azp"] === audience
}

const isUser = Schema.is(UserSubject)
const isTenant = Schema.is(TenantId)
const isApp = Schema.is(AppId)

const rules: ReadonlyArray<Rule> = [
  [
    "the user token is not signed with ES256 or RS256",
    ({ header }) => header["alg"] === "ES256" || header["alg"] === "RS256"
  ],
  [
    `the header of the user token holds one of ${forbidden.join(", ")}`,
    ({ header }) => !forbidden.some((name) => has(header, name))
  ],
  [
    "the `typ` of the user token is not that of a user's token",
    ({ header }, { typed, types }) =>
      has(header, "typ") ? isText(header["typ"]) && types.has(typeOf(header["typ"])) : !typed
  ],
  [
    "the `kid` of the user token is not text of at most 200 characters",
    ({ header }) => !has(header, "kid") || (isText(header["kid"]) && header["kid"].length <= 200)
  ],
  ["the `aud` of the user token is not this installation's", ({ claims }, { audience }) => isFor(claims, audience)],
  [
    "the user token is an ID, refresh or log-out token, or one for something else again",
    ({ claims }) =>
      !has(claims, "events") &&
      (!has(claims, "typ") || (isText(claims["typ"]) && tokenTypes.has(claims["typ"].toLowerCase())))
  ],
  ["the `exp` of the user token is not a whole number of seconds", ({ claims }) => moment(claims["exp"]) !== undefined],
  ["the user token has expired", ({ claims }, { now }) => isCurrent(moment(claims["exp"]), now)],
  [
    "the `iat` of the user token is not a whole number of seconds, or more than 60 seconds ahead",
    ({ claims }, { now }) => !has(claims, "iat") || notAhead(claims["iat"], now)
  ],
  [
    "the `nbf` of the user token is not a whole number of seconds, or more than 60 seconds ahead",
    ({ claims }, { now }) => !has(claims, "nbf") || notAhead(claims["nbf"], now)
  ],
  [
    "the `exp` of the user token is more than 24 hours ahead",
    // Counted from its issue where that is later: an issuer's clock may be ahead by as much as `iat` may.
    ({ claims }, { now }) =>
      (moment(claims["exp"]) ?? Infinity) <= Math.max(now, moment(claims["iat"]) ?? 0) + longestLife
  ],
  [
    "the `sub` of the user token is not 1 to 255 visible ASCII characters",
    ({ claims }) => isUser(claims["sub"]) && claims["sub"] !== ""
  ],
  ["the `tenant_id` of the user token is not a lower-case UUID", ({ claims }) => isTenant(claims["tenant_id"])],
  [
    "the `app_id` of the user token is not a lower-case UUID",
    ({ claims }) => !has(claims, "app_id") || isApp(claims["app_id"])
  ]
]

/** Without leeway: at `exp` it is over. */
export const isCurrent = (expiry: number | undefined, now: number): boolean => expiry !== undefined && now < expiry

/** The sentence of the first rule that is broken. */
export const broken = (said: Said, expected: Expected): Option.Option<string> => {
  const rule = rules.find(([, holds]) => !holds(said, expected))
  return Option.map(Option.fromUndefinedOr(rule), ([sentence]) => sentence)
}

const Claims = Schema.Struct({
  sub: UserSubject,
  tenant_id: TenantId,
  app_id: Schema.OptionFromOptionalKey(AppId),
  iat: Schema.OptionFromOptionalKey(Schema.Int),
  exp: Schema.Int
})
const decode = Schema.decodeUnknownOption(Claims)

/** What is taken from claims that keep the rules. */
export const userOf = (claims: JsonObject): Option.Option<{ readonly user: VerifiedUser; readonly expiry: number }> =>
  Option.map(decode(claims), ({ app_id: app, exp, iat: issuedAt, sub: subject, tenant_id: tenant }) => ({
    user: { subject, tenant, app, issuedAt },
    expiry: exp * second
  }))
