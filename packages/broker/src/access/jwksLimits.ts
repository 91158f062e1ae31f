import { Effect, Option } from "effect"
import { Unavailable } from "@vendodev/domain/BrokerError"
import type { IssuerKey } from "./IssuerKey.ts"

/** Hundreds of keys; an issuer has a handful. */
export const largestKeySet = 256 * 1024

export const nanos = (seconds: number) => BigInt(seconds) * 1_000_000_000n

/** Without a single good reading nothing can be said about a token, for or against it. */
export const orKeysUnavailable = (
  keys: Option.Option<ReadonlyArray<IssuerKey>>
): Effect.Effect<ReadonlyArray<IssuerKey>, Unavailable> =>
  Option.match(keys, {
    onNone: () => Effect.fail(unavailable),
    onSome: (keys) => Effect.succeed(keys)
  })

const unavailable = new Unavailable({
  detail: "the keys that verify user tokens can not be loaded at the moment; the operator's log says why",
  retry_after: 5
})
