import { credential, define, projected } from "../Integration.ts"

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
  docsUrl: "https://developers.notion.com",
  brandColor: "#000000"
})
