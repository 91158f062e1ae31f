import { Schema } from "effect"

/**
 * How a connection's credential is held, which decides how it is vended.
 *
 * | profile | source of the credential |
 * |---|---|
 * | `byok_static` | pasted by the tenant |
 * | `vendo_managed_pool` | a shared pool; the tenant gets a proxy key |
 * | `oauth_app_install` | a workspace-level install of an OAuth app; does not expire |
 * | `composio_managed` | Composio holds the refresh token |
 * | `user_oauth` | an OAuth flow of the tenant's own account |
 * | `webhook_inbound` | a signing secret for events the provider pushes |
 */
export const Profile = Schema.Literals([
  "byok_static",
  "vendo_managed_pool",
  "oauth_app_install",
  "composio_managed",
  "user_oauth",
  "webhook_inbound"
])
export type Profile = typeof Profile.Type

/** Whether a connection of the profile holds a credential that was handed to us, as a pasted one is. */
export const takesCredential: Record<Profile, boolean> = {
  byok_static: true,
  oauth_app_install: true,
  webhook_inbound: true,
  vendo_managed_pool: false,
  composio_managed: false,
  user_oauth: false
}
