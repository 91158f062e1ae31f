import { define, projected } from "../Integration.ts"

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
  docsUrl: "https://developers.google.com/identity/protocols/oauth2",
  brandColor: "#4285F4"
})
