import { credential, define, projected } from "../Integration.ts"
import { bearer, limited, refused } from "../Recipe.ts"

export const notion = define({
  slug: "notion",
  name: "Notion",
  description: "Pages and databases of a Notion workspace.",
  category: "productivity",
  profiles: ["oauth_app_install", "byok_static"],
  env: {
    oauth_app_install: [credential("NOTION_TOKEN")],
    // Two conventions are in use; the second is understood, and never written.
    byok_static: [credential("NOTION_TOKEN"), projected("NOTION_API_TOKEN")]
  },
  exclusive: false,
  context: [],
  account: {
    request: {
      method: "GET",
      url: "https://api.notion.com/v1/users/me",
      headers: { ...bearer, "notion-version": "2022-06-28" }
    },
    id: "id",
    name: ["bot.workspace_name", "name"],
    verdicts: [refused(401), limited(403)]
  },
  shape: {
    pattern: "^(?:ntn_|secret_)[A-Za-z0-9]{20,}$",
    hint: "the secret of a Notion integration, which begins with ntn_"
  },
  // The token endpoint is documented to take JSON, and takes a form as RFC 6749 has it. No PKCE, no refresh.
  oauth: {
    authorizeUrl: "https://api.notion.com/v1/oauth/authorize",
    tokenUrl: "https://api.notion.com/v1/oauth/token",
    revokeUrl: "https://api.notion.com/v1/oauth/revoke",
    scopes: [],
    pkce: false,
    clientAuth: "basic",
    authorizeParameters: { owner: "user" },
    account: { id: "workspace_id", name: ["workspace_name", "workspace_id"] }
  },
  docsUrl: "https://developers.notion.com",
  brandColor: "#000000"
})
