import { credential, define, proxyBaseUrl, vendoApiKey } from "../Integration.ts"

export const gemini = define({
  slug: "gemini",
  name: "Google Gemini",
  description: "The Gemini models.",
  category: "ai",
  profiles: ["vendo_managed_pool", "byok_static"],
  env: {
    vendo_managed_pool: [vendoApiKey("GEMINI_API_KEY"), proxyBaseUrl("GEMINI_BASE_URL")],
    byok_static: [credential("GEMINI_API_KEY")]
  },
  exclusive: false,
  context: [],
  docsUrl: "https://ai.google.dev/api",
  brandColor: "#4285F4"
})
