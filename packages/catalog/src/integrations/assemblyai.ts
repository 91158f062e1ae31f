import { credential, define, proxyBaseUrl, vendoApiKey } from "../Integration.ts"

export const assemblyai = define({
  slug: "assemblyai",
  name: "AssemblyAI",
  description: "Speech recognition.",
  category: "voice",
  profiles: ["vendo_managed_pool", "byok_static"],
  env: {
    vendo_managed_pool: [vendoApiKey("ASSEMBLYAI_API_KEY"), proxyBaseUrl("ASSEMBLYAI_BASE_URL")],
    byok_static: [credential("ASSEMBLYAI_API_KEY")]
  },
  exclusive: false,
  context: [],
  docsUrl: "https://www.assemblyai.com/docs",
  brandColor: "#2545D3"
})
