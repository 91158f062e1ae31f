import { credential, define, proxyBaseUrl, vendoApiKey } from "../Integration.ts"
import { bearer, limited, refused } from "../Recipe.ts"

export const openai = define({
  slug: "openai",
  name: "OpenAI",
  description: "Language, image and speech models.",
  category: "ai",
  profiles: ["vendo_managed_pool", "byok_static"],
  env: {
    vendo_managed_pool: [vendoApiKey("OPENAI_API_KEY"), proxyBaseUrl("OPENAI_BASE_URL")],
    byok_static: [credential("OPENAI_API_KEY")]
  },
  exclusive: false,
  context: [],
  account: {
    request: { method: "GET", url: "https://api.openai.com/v1/models", headers: bearer },
    // A restricted key may not list models.
    verdicts: [refused(401), limited(403)]
  },
  shape: { pattern: "^sk-(?!ant-|or-)[A-Za-z0-9_-]{16,}$", hint: "an OpenAI API key, which begins with sk-" },
  proxyPath: "/v1",
  docsUrl: "https://platform.openai.com/docs",
  brandColor: "#10A37F"
})
