/** Who asks, where the contract has read the headers. */
import { Effect, Option, Redacted } from "effect"
import { PresentedKey } from "@vendodev/api/AppAuth"
import type { Presented } from "@vendodev/broker/access/CallingApp"

/** None when nothing was sent at all. */
export const presentedKey = Effect.map(PresentedKey, (presented) =>
  Redacted.value(presented) === "" ? Option.none() : Option.some(presented)
)

interface UserHeaders {
  readonly "x-vendo-user-jwt"?: Redacted.Redacted
}

/** The key of the request, and the user it speaks for. */
export const presenting = (headers: UserHeaders): Effect.Effect<Presented, never, PresentedKey> =>
  Effect.map(presentedKey, (key) => ({ key, userJwt: Option.fromUndefinedOr(headers["x-vendo-user-jwt"]) }))
