import { HttpApiMiddleware, HttpApiSecurity } from "effect/http-api"

/**
 * The `vendo_sk_` key of the caller, in `Authorization: Bearer`. The service
 * reads it on the hot path itself; this is how the contract and the derived
 * client know of it.
 */
export class AppAuth extends HttpApiMiddleware.Service<AppAuth>()("@vendodev/api/AppAuth", {
  requiredForClient: true,
  security: { appKey: HttpApiSecurity.bearer }
}) {}
