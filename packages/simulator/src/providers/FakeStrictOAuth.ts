/** A provider nobody has: it wants a code challenge, says who sends a browser back, and gives tokens that expire. */
import { routesOf } from "./FakeOAuth.ts"
import type { Route } from "./ProviderRoute.ts"

export const host = "oauth.example"

export const routes: ReadonlyArray<Route> = routesOf({
  name: "strict",
  host,
  paths: { authorize: "/authorize", token: "/token", revoke: "/revoke" },
  clientAuth: "post",
  pkce: true,
  issuer: `https://${host}`,
  wants: {},
  lifetime: 3600,
  answer: ({ scope, token, workspace }) => ({
    access_token: token,
    token_type: "Bearer",
    expires_in: 3600,
    refresh_token: `refresh-${token}`,
    scope,
    account: { id: workspace.id, name: workspace.name }
  })
})
