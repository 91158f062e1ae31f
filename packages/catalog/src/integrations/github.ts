import { credential, define, projected } from "../Integration.ts"

export const github = define({
  slug: "github",
  name: "GitHub",
  description: "Repositories, issues and pull requests.",
  category: "developer",
  profiles: ["composio_managed", "byok_static"],
  env: {
    composio_managed: [projected("GITHUB_TOKEN")],
    byok_static: [credential("GITHUB_TOKEN")]
  },
  exclusive: false,
  context: [],
  docsUrl: "https://docs.github.com/rest",
  brandColor: "#181717"
})
