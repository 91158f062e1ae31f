import { Redacted } from "effect"
import { createHash } from "node:crypto"

/** SHA-256 of a token as lower-case hex: how two sides speak of a token without saying it. */
export const tokenFingerprint = (token: Redacted.Redacted): string =>
  createHash("sha256").update(Redacted.value(token)).digest("hex")
