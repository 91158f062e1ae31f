import { credential, define, proxyBaseUrl, vendoApiKey } from "../Integration.ts"
import { bearer, refused } from "../Recipe.ts"

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
  account: {
    request: { method: "GET", url: "https://openrouter.ai/api/v1/key", headers: bearer },
    verdicts: [refused(401)]
  },
  shape: { pattern: "^sk-or-[A-Za-z0-9_-]{16,}$", hint: "an OpenRouter API key, which begins with sk-or-" },
  proxyPath: "/v1",
  docsUrl: "https://openrouter.ai/docs",
  brandColor: "#6467F2"
})
