/** How this installation connects accounts: its OAuth clients, its auth configs at Composio. */
import { Context, Option, type Redacted } from "effect"
import type { IntegrationSlug } from "@vendodev/domain/Ids"

export interface OAuthClient {
  readonly id: string
  readonly secret: Redacted.Redacted
}

/** To be asked for where a layer is made: whoever calls its methods has the default, which has nothing. */
export const ConnectSettings = Context.Reference<{
  readonly oauthClient: (slug: IntegrationSlug) => Option.Option<OAuthClient>
  /** The auth config at Composio, `ac_…`. */
  readonly authConfig: (slug: IntegrationSlug) => Option.Option<string>
}>("@vendodev/broker/ConnectSettings", {
  defaultValue: () => ({
    oauthClient: () => Option.none(),
    authConfig: () => Option.none()
  })
})
