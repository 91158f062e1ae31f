/** What is said about an app key that opens nothing. */
import { AppExpired, AppRevoked, AppUnknown } from "@vendodev/domain/BrokerError"

export const keyMissing = new AppUnknown({ detail: "send Authorization: Bearer <VENDO_API_KEY>", challenge: "none" })
export const keyUnknown = new AppUnknown({
  detail: "no such key; check VENDO_API_KEY for typos or issue a new one",
  challenge: "invalid_token"
})
export const keyRevoked = new AppRevoked({ detail: "this key was revoked; issue a new one" })
export const keyExpired = new AppExpired({ detail: "this key has expired; issue a new one" })

export type KeyRefusal = AppUnknown | AppRevoked | AppExpired
