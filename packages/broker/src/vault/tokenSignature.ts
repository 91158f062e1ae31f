/** The cryptography of user tokens: the two kinds of keys they are signed with, and what is done with them. */
import { Effect, Option, Redacted } from "effect"
import { calculateJwkThumbprint, compactVerify } from "jose"
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto"
import { withLowS } from "./ecdsa.ts"

export type { KeyObject } from "node:crypto"

export type Algorithm = "ES256" | "RS256"

const shortestModulus = 2048
/** Longer ones take so long to verify with that a few tokens would keep us busy. */
const longestModulus = 8192
const leastExponent = 65_537n

/** The members of a key as text. What else a document says of it is not looked at. */
type Member = (name: string) => string

const load = Option.liftThrowable((jwk: { readonly [name: string]: string }) =>
  createPublicKey({ key: jwk, format: "jwk" })
)

const readers: Record<Algorithm, (member: Member) => Option.Option<KeyObject>> = {
  ES256: (member) =>
    member("crv") === "P-256" ? load({ kty: "EC", crv: "P-256", x: member("x"), y: member("y") }) : Option.none(),
  RS256: (member) =>
    Option.filter(load({ kty: "RSA", n: member("n"), e: member("e") }), ({ asymmetricKeyDetails: details }) => {
      const { modulusLength = 0, publicExponent = 0n } = details ?? {}
      return modulusLength >= shortestModulus && modulusLength <= longestModulus && publicExponent >= leastExponent
    })
}

/** A public key that is strong enough for that algorithm. */
export const readPublicKey = (algorithm: Algorithm, member: Member): Option.Option<KeyObject> =>
  readers[algorithm](member)

/** RFC 7638: the same for the same public key, however it is written down. */
export const thumbprintOf = (key: KeyObject): Effect.Effect<string> =>
  Effect.promise(() => calculateJwkThumbprint(key.export({ format: "jwk" })))

/** A new private key for ES256. */
export const makeSigningKey = (): KeyObject => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey

export const publicHalfOf = (key: KeyObject): KeyObject => createPublicKey(key)

/** A private key as it is sealed: PKCS #8 in DER. */
export const privateKeyBytes = (key: KeyObject): Redacted.Redacted<Uint8Array> =>
  Redacted.make(key.export({ format: "der", type: "pkcs8" }))

/** Wipes the bytes. */
export const privateKeyOf = (bytes: Redacted.Redacted<Uint8Array>): KeyObject => {
  const der = Redacted.value(bytes)
  const key = createPrivateKey({
    key: Buffer.from(der.buffer, der.byteOffset, der.byteLength),
    format: "der",
    type: "pkcs8"
  })
  der.fill(0)
  return key
}

/** What is published of a public key of P-256. */
export const pointOf = (key: KeyObject) => {
  const { x = "", y = "" } = key.export({ format: "jwk" })
  return { kty: "EC", crv: "P-256", x, y } as const
}

/** The signature of ES256, of the two that are valid the one with the lower s. */
export const signEs256 = (key: KeyObject, signed: string): Uint8Array =>
  withLowS(sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" }))

/** Whether that key signed it, by that algorithm and no other. Whatever goes wrong, the answer is no. */
export const isSignedBy = (jwt: Redacted.Redacted, key: KeyObject, algorithm: Algorithm): Effect.Effect<boolean> =>
  Effect.match(
    Effect.tryPromise(() => compactVerify(Redacted.value(jwt), key, { algorithms: [algorithm] })),
    { onFailure: () => false, onSuccess: () => true }
  )

/** Stands for a token in memory without being one. */
export const digestOf = (jwt: Redacted.Redacted): string =>
  createHash("sha256").update(Redacted.value(jwt)).digest("base64")
