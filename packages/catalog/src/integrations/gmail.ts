import { define, projected } from "../Integration.ts"

export const gmail = define({
  slug: "gmail",
  name: "Gmail",
  description: "Mail of a Google account.",
  category: "productivity",
  profiles: ["composio_managed"],
  env: {
    composio_managed: [projected("GMAIL_ACCESS_TOKEN")]
  },
  exclusive: false,
  context: [],
  docsUrl: "https://developers.google.com/gmail/api",
  brandColor: "#EA4335"
})
