/** The form of a signed token (RFC 7515 §7.1), read more strictly than the libraries do. */
import { Option, Result } from "effect"
import { type JsonObject, strictObject } from "./strictJson.ts"

export interface CompactToken {
  readonly header: JsonObject
  readonly claims: JsonObject
  readonly signature: Uint8Array
}

const longest = 8192

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
const text = Option.liftThrowable((bytes: Uint8Array) => decoder.decode(bytes))

/** Unpadded and canonical: the same bytes have one spelling, so a token can not be respelled into another. */
const bytesOf = (part: string): Option.Option<Uint8Array> => {
  const bytes = Buffer.from(part, "base64url")
  return bytes.toString("base64url") === part ? Option.some(bytes) : Option.none()
}

const objectOf = (part: Uint8Array) => Option.flatMap(text(part), strictObject)

/** The parts, or a sentence that says what is wrong with the form and repeats nothing of it. */
export const readCompact = (token: string): Result.Result<CompactToken, string> => {
  if (token === "") return Result.fail("the user token is empty")
  if (token.length > longest) return Result.fail(`the user token is longer than ${longest} bytes`)
  const [head, payload, seal, ...more] = token.split(".")
  if (head === undefined || payload === undefined || seal === undefined || more.length > 0) {
    return Result.fail("the user token does not have three parts")
  }
  const bytes = Option.all([bytesOf(head), bytesOf(payload), bytesOf(seal)])
  if (Option.isNone(bytes)) return Result.fail("a part of the user token is not canonical base64url without padding")
  const [headerBytes, claimsBytes, signature] = bytes.value
  const header = objectOf(headerBytes)
  if (Option.isNone(header)) return Result.fail(notStrict("header"))
  const claims = objectOf(claimsBytes)
  if (Option.isNone(claims)) return Result.fail(notStrict("payload"))
  return Result.succeed({ header: header.value, claims: claims.value, signature })
}

const notStrict = (part: string) =>
  `the ${part} of the user token is not a JSON object with distinct names, at most 16 levels deep`
