import { credential, define, proxyBaseUrl, vendoApiKey } from "../Integration.ts"
import { refused } from "../Recipe.ts"

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
  account: {
    request: {
      method: "GET",
      url: "https://generativelanguage.googleapis.com/v1beta/models",
      headers: { "x-goog-api-key": "{credential}" }
    },
    // A key that is unknown is a bad request there, and nothing else in this one can be.
    verdicts: [refused(400), refused(401), refused(403)]
  },
  shape: {
    pattern: "^(?:AIza[A-Za-z0-9_-]{35}|AQ\\.[A-Za-z0-9_-]{20,})$",
    hint: "a Gemini API key, which begins with AIza"
  },
  docsUrl: "https://ai.google.dev/api",
  brandColor: "#4285F4"
})
