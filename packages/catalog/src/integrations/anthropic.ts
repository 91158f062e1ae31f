import { credential, define, proxyBaseUrl, vendoApiKey } from "../Integration.ts"

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
  docsUrl: "https://docs.anthropic.com",
  brandColor: "#D97757"
})
