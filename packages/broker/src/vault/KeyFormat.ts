/**
 * The shape of the keys we issue.
 *
 * ```
 * vendo_sk_ + 36 characters of [0-9A-Za-z] + 6 characters base62(CRC-32 of all before)
 * ```
 *
 * 36 uniform characters carry 214 bits. The checksum lets a typo, and a
 * scanner's false positive, be told from a key without asking the database.
 * No character breaks a double click.
 */
import { Redacted } from "effect"
import { randomInt } from "node:crypto"
import { crc32 } from "node:zlib"

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
const bodyLength = 36
const checksumLength = 6
const hintLength = 4

/**
 * What a key opens: `vendo_sk_` an app or a connection, `vendo_at_` the management API, `vendo_ct_` a visit to one page,
 * once, `vendo_cv_` that visit.
 */
export type KeyPrefix = "vendo_sk_" | "vendo_at_" | "vendo_ct_" | "vendo_cv_"

const checksum = (text: string): string => {
  let rest = crc32(text)
  let digits = ""
  for (let i = 0; i < checksumLength; i++) {
    digits = alphabet.charAt(rest % alphabet.length) + digits
    rest = Math.floor(rest / alphabet.length)
  }
  return digits
}

/** A fresh key. `randomInt` samples by rejection, so every character is uniform. */
export const mint = (prefix: KeyPrefix): Redacted.Redacted => {
  let text: string = prefix
  for (let i = 0; i < bodyLength; i++) text += alphabet.charAt(randomInt(alphabet.length))
  return Redacted.make(text + checksum(text), { label: prefix })
}

const shapes: Record<KeyPrefix, RegExp> = {
  vendo_sk_: /^vendo_sk_[0-9A-Za-z]{42}$/,
  vendo_at_: /^vendo_at_[0-9A-Za-z]{42}$/,
  vendo_ct_: /^vendo_ct_[0-9A-Za-z]{42}$/,
  vendo_cv_: /^vendo_cv_[0-9A-Za-z]{42}$/
}

/** Whether the text could be a key of that prefix: shape and checksum, no database. */
export const isWellFormed = (prefix: KeyPrefix, text: string): boolean =>
  shapes[prefix].test(text) && checksum(text.slice(0, -checksumLength)) === text.slice(-checksumLength)

/** What is shown of a key ever after: the prefix and the first four characters. */
export const hint = (key: Redacted.Redacted, prefix: KeyPrefix): string =>
  Redacted.value(key).slice(0, prefix.length + hintLength)
