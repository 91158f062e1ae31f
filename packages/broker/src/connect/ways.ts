/** In which ways an account of an integration can be connected by who comes to the page. */
import { Option } from "effect"
import type { Integration } from "@vendodev/catalog/Integration"
import type { OAuthRecipe } from "@vendodev/catalog/Recipe"
import type { Profile } from "@vendodev/domain/Profile"
import type { ConnectSettings, OAuthClient } from "./ConnectSettings.ts"

export type Way =
  | { readonly kind: "oauth"; readonly recipe: OAuthRecipe; readonly client: OAuthClient }
  | { readonly kind: "composio"; readonly authConfig: string }
  | { readonly kind: "paste"; readonly hint: Option.Option<string> }

export type WayKind = Way["kind"]

type Settings = typeof ConnectSettings.Service

/** By profile: those that are not here can not be chosen on the page. */
const byProfile = (
  profile: Profile,
  { oauth: recipe, shape, slug }: Integration,
  { authConfig, oauthClient }: Settings,
  composio: boolean
): Option.Option<Way> => {
  switch (profile) {
    case "oauth_app_install":
      return recipe === undefined
        ? Option.none()
        : Option.map(oauthClient(slug), (client): Way => ({ kind: "oauth", recipe, client }))
    case "composio_managed":
      return composio
        ? Option.map(authConfig(slug), (authConfig): Way => ({ kind: "composio", authConfig }))
        : Option.none()
    case "byok_static":
      return Option.some<Way>({ kind: "paste", hint: Option.fromUndefinedOr(shape?.hint) })
    case "user_oauth":
    case "vendo_managed_pool":
    case "webhook_inbound":
      return Option.none()
  }
}

/** The integration's own order. */
export const waysOf = (integration: Integration, settings: Settings, composio: boolean): ReadonlyArray<Way> =>
  integration.profiles.flatMap((profile) => Option.toArray(byProfile(profile, integration, settings, composio)))
