import { Effect, Layer } from "effect"
import { AppAuth, PresentedKey } from "@vendodev/api/AppAuth"

/** Hands the key on unchecked: the database judges it, after the shape of the request. */
export const layer = Layer.succeed(
  AppAuth,
  AppAuth.of({ appKey: (response, { credential }) => Effect.provideService(response, PresentedKey, credential) })
)
