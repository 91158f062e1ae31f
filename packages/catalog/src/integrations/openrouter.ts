import { credential, define, proxyBaseUrl, vendoApiKey } from "../Integration.ts"

export const openrouter = define({
  slug: "openrouter",
  name: "OpenRouter",
  description: "Many language models behind one API.",
  category: "ai",
  profiles: ["vendo_managed_pool", "byok_static"],
  env: {
    vendo_managed_pool: [vendoApiKey("OPENROUTER_API_KEY"), proxyBaseUrl("OPENROUTER_BASE_URL")],
    byok_static: [credential("OPENROUTER_API_KEY")]
  },
  exclusive: false,
  context: [],
  proxyPath: "/v1",
  docsUrl: "https://openrouter.ai/docs",
  brandColor: "#6467F2"
})
