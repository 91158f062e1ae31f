/** The operator's own issuer of user tokens, with a key of each kind; and those who only look like it. */
import { documentOf, ecPair, encode, type Issuer, jwkOf, rsaPair, signed, tokenOf } from "@vendodev/testing/userTokens"
import type { UserToken } from "./World.ts"

const external = {
  name: "external",
  iss: "https://login.example/realm",
  aud: "vendo-users",
  typ: "at+jwt",
  says: { sub: "", tenant: "", app: "", start: 0 }
} as const

export type Algorithm = "ES256" | "RS256"

export const issuers: Readonly<Record<Algorithm, Issuer>> = {
  ES256: { ...external, alg: "ES256", kid: "ec-1", pair: ecPair() },
  RS256: { ...external, alg: "RS256", kid: "rsa-1", pair: rsaPair() }
}
const strangers = { ES256: ecPair(), RS256: rsaPair() }

export const keySet = documentOf(jwkOf(issuers.ES256), jwkOf(issuers.RS256))

export const settings = {
  VENDO_USER_JWT_ISSUER: external.iss,
  VENDO_USER_JWT_AUDIENCE: external.aud
}

export interface Claims {
  readonly subject: string
  readonly tenant: string
  readonly app: string | undefined
  /** Seconds since 1970. */
  readonly issuedAt: number | undefined
}

const wireOf = ({ app, issuedAt, subject, tenant }: Claims, exp: number) => ({
  sub: subject,
  tenant_id: tenant,
  app_id: app,
  iat: issuedAt,
  nbf: undefined,
  exp,
  jti: crypto.randomUUID()
})

const hour = 3600

export const externalToken = (alg: Algorithm, claims: Claims, now: number): UserToken => ({
  ...claims,
  by: "external",
  text: tokenOf(issuers[alg], wireOf(claims, now + hour))
})

/** A good token taken as a start, and what somebody makes of it who is not its issuer. */
export const forgeries: ReadonlyArray<
  (good: UserToken, subject: string, alg: Algorithm, now: number) => Omit<UserToken, "by">
> = [
  // Another name over the same signature.
  (good, subject) => {
    const [header, claims = "", signature] = good.text.split(".")
    const said: object = JSON.parse(Buffer.from(claims, "base64url").toString())
    return { ...good, subject, text: `${header}.${encode({ ...said, sub: subject, "": 0 })}.${signature}` }
  },
  // Another key under the right name.
  (good, subject, alg, now) => ({
    ...good,
    subject,
    text: tokenOf({ ...issuers[alg], pair: strangers[alg] }, wireOf({ ...good, subject }, now + hour))
  }),
  // The operator's key, in the name of the broker itself.
  (good, subject, alg, now) => ({
    ...good,
    subject,
    text: tokenOf(
      { ...issuers[alg], iss: "https://vendo.example", aud: "vendo", typ: "vendo-user+jwt" },
      wireOf({ ...good, subject }, now + hour)
    )
  }),
  // Of yesterday.
  (good, subject, alg, now) => ({ ...good, subject, text: tokenOf(issuers[alg], wireOf({ ...good, subject }, now)) }),
  // Two names.
  (good, subject, alg, now) => {
    const { kid } = issuers[alg]
    const claims = JSON.stringify({ ...wireOf({ ...good, subject }, now + hour), iss: external.iss, aud: external.aud })
    const twice = `${claims.slice(0, -1)},"sub":${JSON.stringify(good.subject)}}`
    return { ...good, subject, text: signed(issuers[alg], { alg, typ: "JWT", kid }, twice) }
  },
  // Not a token.
  (good, subject) => ({ ...good, subject, text: "a.b.c" }),
  (good, subject) => ({ ...good, subject, text: "" })
]
