/** What is said about an app key that opens nothing, and about a user it may not speak for. */
import { AppExpired, AppRevoked, AppUnknown, IdentityInvalid } from "@vendodev/domain/BrokerError"

export const keyMissing = new AppUnknown({ detail: "send Authorization: Bearer <VENDO_API_KEY>", challenge: "none" })
export const keyUnknown = new AppUnknown({
  detail: "no such key; check VENDO_API_KEY for typos or issue a new one",
  challenge: "invalid_token"
})
export const keyRevoked = new AppRevoked({ detail: "this key was revoked; issue a new one" })
export const keyExpired = new AppExpired({ detail: "this key has expired; issue a new one" })
/** Verified, and all the same not for this key. */
export const userRefused = new IdentityInvalid({
  detail: "this user token is not for this key's tenant and app, or its user was removed"
})

export type KeyRefusal = AppUnknown | AppRevoked | AppExpired
