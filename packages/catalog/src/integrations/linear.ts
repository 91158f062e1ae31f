import { credential, define, projected } from "../Integration.ts"

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
  docsUrl: "https://linear.app/developers",
  brandColor: "#5E6AD2"
})
