import { type Cause, Effect, Redacted } from "effect"

/**
 * Names a token without repeating it: its SHA-256, in lower-case hexadecimal
 * digits. Fails where there is no WebCrypto, as on a page without TLS.
 */
export const fingerprint = (token: Redacted.Redacted): Effect.Effect<string, Cause.UnknownError> =>
  Effect.map(
    Effect.tryPromise(() => crypto.subtle.digest("SHA-256", new TextEncoder().encode(Redacted.value(token)))),
    (digest) => Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("")
  )
