import { credential, define, projected } from "../Integration.ts"
import { bearer, refused } from "../Recipe.ts"

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
  account: {
    request: {
      method: "GET",
      url: "https://api.github.com/user",
      headers: { ...bearer, accept: "application/vnd.github+json", "x-github-api-version": "2022-11-28" }
    },
    id: "id",
    name: "login",
    // 403 is also what a rate limit looks like.
    verdicts: [refused(401)]
  },
  shape: {
    pattern: "^(?:gh[opsu]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})$",
    hint: "a GitHub token, which begins with github_pat_ or ghp_"
  },
  docsUrl: "https://docs.github.com/rest",
  brandColor: "#181717"
})
