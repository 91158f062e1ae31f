import { Context, type Redacted } from "effect"
import { HttpApiMiddleware, HttpApiSecurity } from "effect/http-api"

/** The presented app key, not yet checked. Empty when none was sent. */
export class PresentedKey extends Context.Service<PresentedKey, Redacted.Redacted>()(
  "@vendodev/api/AppAuth/PresentedKey"
) {}

/**
 * The `vendo_sk_` key of the caller, in `Authorization: Bearer`. On the hot path
 * the service reads it itself; this is how the contract and the derived client
 * know of it.
 */
export class AppAuth extends HttpApiMiddleware.Service<AppAuth, { provides: PresentedKey }>()("@vendodev/api/AppAuth", {
  requiredForClient: true,
  security: { appKey: HttpApiSecurity.bearer }
}) {}
