import { credential, define, proxyBaseUrl, vendoApiKey } from "../Integration.ts"
import { refused } from "../Recipe.ts"

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
  account: {
    request: {
      method: "GET",
      url: "https://api.assemblyai.com/v2/transcript?limit=1",
      headers: { authorization: "{credential}" }
    },
    verdicts: [refused(401)]
  },
  shape: { pattern: "^[0-9a-f]{32}$", hint: "an AssemblyAI API key, 32 hexadecimal digits" },
  docsUrl: "https://www.assemblyai.com/docs",
  brandColor: "#2545D3"
})
