import { Context, type Redacted } from "effect"
import { HttpApiMiddleware, HttpApiSecurity } from "effect/http-api"

/** The presented admin token, not yet checked: that happens in the transaction it opens. Empty when none was sent. */
export class AdminToken extends Context.Service<AdminToken, Redacted.Redacted>()(
  "@vendodev/api/AdminAuth/AdminToken"
) {}

/** Takes a `vendo_at_` token from `Authorization: Bearer`. Clients must say how they attach theirs. */
export class AdminAuth extends HttpApiMiddleware.Service<AdminAuth, { provides: AdminToken }>()(
  "@vendodev/api/AdminAuth",
  { requiredForClient: true, security: { adminToken: HttpApiSecurity.bearer } }
) {}
