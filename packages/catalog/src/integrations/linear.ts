import { credential, define, projected } from "../Integration.ts"
import { bearer, refused } from "../Recipe.ts"

export const linear = define({
  slug: "linear",
  name: "Linear",
  description: "Issues, projects and cycles.",
  category: "developer",
  profiles: ["composio_managed", "byok_static"],
  env: {
    composio_managed: [projected("LINEAR_API_KEY")],
    byok_static: [credential("LINEAR_API_KEY")]
  },
  exclusive: false,
  context: [],
  account: {
    request: {
      method: "POST",
      url: "https://api.linear.app/graphql",
      headers: bearer,
      // A personal key stands alone.
      variants: [{ matches: "^lin_api_", headers: { authorization: "{credential}" } }],
      body: { query: "{ viewer { id name } }" }
    },
    id: "data.viewer.id",
    name: "data.viewer.name",
    verdicts: [
      refused(401),
      { ...refused(400), where: { path: "errors.0.extensions.code", is: ["AUTHENTICATION_ERROR"] } }
    ]
  },
  shape: { pattern: "^lin_(?:api|oauth)_[A-Za-z0-9]{20,}$", hint: "a Linear API key, which begins with lin_api_" },
  docsUrl: "https://linear.app/developers",
  brandColor: "#5E6AD2"
})
