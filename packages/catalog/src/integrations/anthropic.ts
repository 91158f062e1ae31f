import { credential, define, proxyBaseUrl, vendoApiKey } from "../Integration.ts"
import { limited, refused } from "../Recipe.ts"

export const anthropic = define({
  slug: "anthropic",
  name: "Anthropic",
  description: "The Claude models.",
  category: "ai",
  profiles: ["vendo_managed_pool", "byok_static"],
  env: {
    vendo_managed_pool: [vendoApiKey("ANTHROPIC_API_KEY"), proxyBaseUrl("ANTHROPIC_BASE_URL")],
    byok_static: [credential("ANTHROPIC_API_KEY")]
  },
  exclusive: false,
  context: [],
  account: {
    request: {
      method: "GET",
      url: "https://api.anthropic.com/v1/models",
      headers: { "x-api-key": "{credential}", "anthropic-version": "2023-06-01" }
    },
    verdicts: [refused(401), limited(403)]
  },
  shape: { pattern: "^sk-ant-[A-Za-z0-9_-]{8,}$", hint: "an Anthropic API key, which begins with sk-ant-" },
  docsUrl: "https://docs.anthropic.com",
  brandColor: "#D97757"
})
