import { Effect, Layer } from "effect"
import { AdminAuth, AdminToken } from "@vendodev/api/AdminAuth"

/** Hands the token on unchecked: it is checked in the transaction it opens, after the shape of the request. */
export const layer = Layer.succeed(
  AdminAuth,
  AdminAuth.of({
    adminToken: (response, { credential }) => Effect.provideService(response, AdminToken, credential)
  })
)
