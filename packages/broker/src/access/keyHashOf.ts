import { Effect, Option, Redacted } from "effect"
import type { AppUnknown } from "@vendodev/domain/BrokerError"
import { isWellFormed } from "../vault/KeyFormat.ts"
import type { Keyring } from "../vault/Keyring.ts"
import { keyMissing, keyUnknown } from "./keyRefusals.ts"

/** What the gate takes for a key that was presented. What can be no key is refused before anything is asked. */
export const keyHashOf = Effect.fnUntraced(function* (
  keyring: Keyring["Service"],
  key: Option.Option<Redacted.Redacted>
): Effect.fn.Return<Uint8Array, AppUnknown> {
  if (Option.isNone(key)) return yield* keyMissing
  if (!isWellFormed("vendo_sk_", Redacted.value(key.value))) return yield* keyUnknown
  return keyring.hash(key.value)
})
