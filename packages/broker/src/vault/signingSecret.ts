import { Redacted } from "effect"
import { randomBytes } from "node:crypto"

/** In bytes. As text it is made of what Telegram takes for a secret token, and providers with no rule take anything. */
const secretLength = 32

/** A secret for a provider to sign its events with, or to send along with them. */
export const makeSigningSecret = (): Redacted.Redacted =>
  Redacted.make(randomBytes(secretLength).toString("base64url"), { label: "signing secret" })
