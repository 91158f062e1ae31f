import { Schema } from "effect"

/**
 * Where a connection stands. Only `active` vends; `revoked` is final and has
 * no ciphertext left.
 */
export const ConnectionStatus = Schema.Literals(["pending", "active", "needs_reauth", "error", "revoked"])
export type ConnectionStatus = typeof ConnectionStatus.Type

/** What a deployment is to the broker. A sandbox never receives an exclusive credential. */
export const AppKind = Schema.Literals(["production", "sandbox"])
export type AppKind = typeof AppKind.Type
