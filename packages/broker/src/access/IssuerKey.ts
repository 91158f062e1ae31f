/** The public keys of an issuer of user tokens, as a key set document (RFC 7517) says them. */
import { Effect, Option, Schema } from "effect"
import type { Unavailable } from "@vendodev/domain/BrokerError"
import { type Algorithm, type KeyObject, readPublicKey, thumbprintOf } from "../vault/tokenSignature.ts"

export interface IssuerKey {
  readonly kid: Option.Option<string>
  /** The one algorithm this key is for. A token does not choose. */
  readonly algorithm: Algorithm
  /** RFC 7638: the same for the same key, whatever it is called. */
  readonly thumbprint: string
  readonly key: KeyObject
}

/** The keys of one issuer, wherever they come from. Unavailable when none can be had: the token may be fine. */
export interface IssuerKeys {
  readonly current: Effect.Effect<ReadonlyArray<IssuerKey>, Unavailable>
  /** For a token that names a key `current` does not have: as new as the limits on asking allow. */
  readonly newer: Effect.Effect<ReadonlyArray<IssuerKey>, Unavailable>
}

/** The document can not be had, or is none. */
export class KeySetInvalid extends Schema.TaggedError<KeySetInvalid>()("KeySetInvalid", { reason: Schema.String }) {
  override get message() {
    return this.reason
  }
}

const Document = Schema.fromJsonString(
  Schema.Struct({ keys: Schema.Array(Schema.Record(Schema.String, Schema.Unknown)) })
)
const decode = Schema.decodeUnknownOption(Document)

type Jwk = Readonly<Record<string, unknown>>

const algorithms: ReadonlyMap<unknown, Algorithm> = new Map([
  ["EC", "ES256"],
  ["RSA", "RS256"]
])

/** Members that are nobody else's business: who can read the document could sign with such a key. */
const secret = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]

/** Why a key is not taken, and when it is so. */
const faults: ReadonlyArray<readonly [reason: string, is: (jwk: Jwk) => boolean]> = [
  ["a key is symmetric or private", (jwk) => secret.some((name) => Object.hasOwn(jwk, name))],
  ["a key is neither EC nor RSA", ({ kty }) => !algorithms.has(kty)],
  ["a key is not for signatures", ({ use = "sig" }) => use !== "sig"],
  ["a key is for another algorithm", ({ alg, kty }) => alg !== undefined && alg !== algorithms.get(kty)],
  ["a key is not for verifying", ({ key_ops: may = ["verify"] }) => !Array.isArray(may) || !may.includes("verify")],
  ["the `kid` of a key is not text", ({ kid = "" }) => typeof kid !== "string"]
]

const readKey = Effect.fnUntraced(function* (jwk: Jwk) {
  const text = (name: string) => (typeof jwk[name] === "string" ? jwk[name] : "")
  const fault = faults.find(([, is]) => is(jwk))
  if (fault !== undefined) return yield* new KeySetInvalid({ reason: fault[0] })
  const algorithm = algorithms.get(jwk["kty"]) ?? "ES256"
  const key = Option.getOrUndefined(readPublicKey(algorithm, text))
  if (key === undefined) {
    return yield* new KeySetInvalid({ reason: "a key is not on P-256, or not RSA of 2048 to 8192 bits" })
  }
  const found: IssuerKey = {
    kid: Object.hasOwn(jwk, "kid") ? Option.some(text("kid")) : Option.none(),
    algorithm,
    thumbprint: yield* thumbprintOf(key),
    key
  }
  return found
})

/**
 * The usable keys of a document, which may be none: an issuer that withdraws
 * all its keys is believed. Those left out are said in the log.
 */
export const readKeySet = Effect.fnUntraced(function* (document: string) {
  const found = decode(document)
  if (Option.isNone(found)) return yield* new KeySetInvalid({ reason: "it is not a JSON Web Key Set" })
  const [keys, refused] = yield* Effect.partition(found.value.keys, readKey)
  if (refused.length > 0) {
    yield* Effect.logWarning(
      `keys of user tokens left out: ${[...new Set(refused.map(({ reason }) => reason))].join("; ")}`
    )
  }
  if (keys.length === 0) yield* Effect.logWarning("the keys of user tokens hold none that can be used")
  return keys
})
