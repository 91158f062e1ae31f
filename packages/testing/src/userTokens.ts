/** User tokens of issuers a test plays, good ones and others: whatever is said, signed. */
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto"
import { withLowS } from "@vendodev/broker/vault/ecdsa"

export interface Pair {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}
export const ecPair = (): Pair => generateKeyPairSync("ec", { namedCurve: "P-256" })
export const rsaPair = (modulusLength = 2048): Pair => generateKeyPairSync("rsa", { modulusLength })

/** Whom the tokens are of, and since when: seconds since 1970. */
export interface Said {
  readonly sub: string
  readonly tenant: string
  readonly app: string
  readonly start: number
}

/** An issuer as its tokens show it. */
export interface Issuer {
  readonly name: "own" | "external"
  readonly alg: "ES256" | "RS256"
  readonly iss: string
  readonly aud: string
  readonly typ: string
  readonly kid: string
  readonly pair: Pair
  readonly says: Said
}

type Json = Readonly<Record<string, unknown>>

export const headerOf = ({ alg, kid, typ }: Issuer): Json => ({ alg, typ, kid })
export const claimsOf = ({ aud, iss, says: { app, start, sub, tenant } }: Issuer): Json => ({
  iss,
  aud,
  sub,
  tenant_id: tenant,
  app_id: app,
  iat: start,
  nbf: start,
  exp: start + 3600,
  jti: "token-23"
})

const textOf = (value: Json | string) => (typeof value === "string" ? value : JSON.stringify(value))
export const encode = (value: Json | string | Uint8Array): string =>
  Buffer.from(value instanceof Uint8Array ? value : textOf(value)).toString("base64url")

/** The signature the issuer's library would make; of the broker's own, the one it takes. */
export const signatureOf = ({ alg, name, pair }: Issuer, signed: string): Uint8Array => {
  if (alg === "RS256") return sign("sha256", Buffer.from(signed), pair.privateKey)
  const signature = sign("sha256", Buffer.from(signed), { key: pair.privateKey, dsaEncoding: "ieee-p1363" })
  return name === "own" ? withLowS(signature) : signature
}

/** A token of that issuer, signed whatever it says. */
export const signed = (
  issuer: Issuer,
  header: Json | string | Uint8Array,
  claims: Json | string | Uint8Array
): string => {
  const text = `${encode(header)}.${encode(claims)}`
  return `${text}.${encode(signatureOf(issuer, text))}`
}

/** A good token, with these differences. `undefined` leaves a member out. */
export const tokenOf = (issuer: Issuer, claims: Json = {}, header: Json = {}): string =>
  signed(issuer, { ...headerOf(issuer), ...header }, { ...claimsOf(issuer), ...claims })

export const jwkOf = ({ alg, kid, pair }: Pick<Issuer, "alg" | "kid" | "pair">): Json => ({
  ...pair.publicKey.export({ format: "jwk" }),
  kid,
  alg,
  use: "sig"
})

export const documentOf = (...keys: ReadonlyArray<unknown>): string => JSON.stringify({ keys })
