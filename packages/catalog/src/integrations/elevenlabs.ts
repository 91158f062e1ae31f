import { credential, define, proxyBaseUrl, vendoApiKey } from "../Integration.ts"
import { limited, refused } from "../Recipe.ts"

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
  account: {
    request: {
      method: "GET",
      url: "https://api.elevenlabs.io/v1/user",
      headers: { "xi-api-key": "{credential}" }
    },
    id: "user_id",
    name: "first_name",
    verdicts: [
      // A key can be made for speech alone.
      { ...limited(401), where: { path: "detail.status", is: ["missing_permissions"] } },
      refused(401)
    ]
  },
  shape: { pattern: "^(?:sk_[0-9a-f]{48}|[0-9a-f]{32})$", hint: "an ElevenLabs API key, which begins with sk_" },
  docsUrl: "https://elevenlabs.io/docs",
  brandColor: "#000000"
})
