import { credential, define, proxyBaseUrl, vendoApiKey } from "../Integration.ts"

export const elevenlabs = define({
  slug: "elevenlabs",
  name: "ElevenLabs",
  description: "Speech synthesis and voices.",
  category: "voice",
  profiles: ["vendo_managed_pool", "byok_static"],
  env: {
    vendo_managed_pool: [vendoApiKey("ELEVENLABS_API_KEY"), proxyBaseUrl("ELEVENLABS_BASE_URL")],
    byok_static: [credential("ELEVENLABS_API_KEY")]
  },
  exclusive: false,
  context: [],
  docsUrl: "https://elevenlabs.io/docs",
  brandColor: "#000000"
})
