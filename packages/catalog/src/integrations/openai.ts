import { credential, define, proxyBaseUrl, vendoApiKey } from "../Integration.ts"

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
  proxyPath: "/v1",
  docsUrl: "https://platform.openai.com/docs",
  brandColor: "#10A37F"
})
