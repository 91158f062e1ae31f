import { define, projected } from "../Integration.ts"
import { bearer, limited, refused } from "../Recipe.ts"

export const google = define({
  slug: "google",
  name: "Google",
  description: "The Google APIs of one account.",
  category: "productivity",
  profiles: ["composio_managed"],
  env: {
    composio_managed: [projected("GOOGLE_ACCESS_TOKEN")]
  },
  exclusive: false,
  context: [],
  account: {
    request: { method: "GET", url: "https://openidconnect.googleapis.com/v1/userinfo", headers: bearer },
    id: "sub",
    name: ["email", "name"],
    verdicts: [refused(401), limited(403)]
  },
  composio: { toolkit: "googlesuper" },
  docsUrl: "https://developers.google.com/identity/protocols/oauth2",
  brandColor: "#4285F4"
})
