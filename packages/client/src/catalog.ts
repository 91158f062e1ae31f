/** The catalog as plain data. Made by scripts/generators/clientCatalog.ts from packages/catalog; do not edit. */

export interface CatalogEntry {
  readonly slug: string
  readonly name: string
  readonly description: string
  readonly category: string
  /** The default first. */
  readonly profiles: ReadonlyArray<string>
  /** The variables that may hold its token, the conventional one first. */
  readonly tokenVariables: ReadonlyArray<string>
  /** Every variable that belongs to it. */
  readonly variables: ReadonlyArray<string>
  readonly exclusive: boolean
  readonly docsUrl: string
  readonly brandColor: string
}

// oxfmt-ignore
export const catalog: ReadonlyArray<CatalogEntry> = [
  {
    slug: "anthropic",
    name: "Anthropic",
    description: "The Claude models.",
    category: "ai",
    profiles: [
      "vendo_managed_pool",
      "byok_static"
    ],
    tokenVariables: [
      "ANTHROPIC_API_KEY"
    ],
    variables: [
      "ANTHROPIC_API_KEY",
      "ANTHROPIC_BASE_URL"
    ],
    exclusive: false,
    docsUrl: "https://docs.anthropic.com",
    brandColor: "#D97757"
  },
  {
    slug: "assemblyai",
    name: "AssemblyAI",
    description: "Speech recognition.",
    category: "voice",
    profiles: [
      "vendo_managed_pool",
      "byok_static"
    ],
    tokenVariables: [
      "ASSEMBLYAI_API_KEY"
    ],
    variables: [
      "ASSEMBLYAI_API_KEY",
      "ASSEMBLYAI_BASE_URL"
    ],
    exclusive: false,
    docsUrl: "https://www.assemblyai.com/docs",
    brandColor: "#2545D3"
  },
  {
    slug: "elevenlabs",
    name: "ElevenLabs",
    description: "Speech synthesis and voices.",
    category: "voice",
    profiles: [
      "vendo_managed_pool",
      "byok_static"
    ],
    tokenVariables: [
      "ELEVENLABS_API_KEY"
    ],
    variables: [
      "ELEVENLABS_API_KEY",
      "ELEVENLABS_BASE_URL"
    ],
    exclusive: false,
    docsUrl: "https://elevenlabs.io/docs",
    brandColor: "#000000"
  },
  {
    slug: "gemini",
    name: "Google Gemini",
    description: "The Gemini models.",
    category: "ai",
    profiles: [
      "vendo_managed_pool",
      "byok_static"
    ],
    tokenVariables: [
      "GEMINI_API_KEY"
    ],
    variables: [
      "GEMINI_API_KEY",
      "GEMINI_BASE_URL"
    ],
    exclusive: false,
    docsUrl: "https://ai.google.dev/api",
    brandColor: "#4285F4"
  },
  {
    slug: "github",
    name: "GitHub",
    description: "Repositories, issues and pull requests.",
    category: "developer",
    profiles: [
      "composio_managed",
      "byok_static"
    ],
    tokenVariables: [
      "GITHUB_TOKEN"
    ],
    variables: [
      "GITHUB_TOKEN"
    ],
    exclusive: false,
    docsUrl: "https://docs.github.com/rest",
    brandColor: "#181717"
  },
  {
    slug: "gmail",
    name: "Gmail",
    description: "Mail of a Google account.",
    category: "productivity",
    profiles: [
      "composio_managed"
    ],
    tokenVariables: [
      "GMAIL_ACCESS_TOKEN"
    ],
    variables: [
      "GMAIL_ACCESS_TOKEN"
    ],
    exclusive: false,
    docsUrl: "https://developers.google.com/gmail/api",
    brandColor: "#EA4335"
  },
  {
    slug: "google",
    name: "Google",
    description: "The Google APIs of one account.",
    category: "productivity",
    profiles: [
      "composio_managed"
    ],
    tokenVariables: [
      "GOOGLE_ACCESS_TOKEN"
    ],
    variables: [
      "GOOGLE_ACCESS_TOKEN"
    ],
    exclusive: false,
    docsUrl: "https://developers.google.com/identity/protocols/oauth2",
    brandColor: "#4285F4"
  },
  {
    slug: "instagram",
    name: "Instagram",
    description: "Posts, comments and messages of a professional account.",
    category: "social",
    profiles: [
      "composio_managed"
    ],
    tokenVariables: [
      "INSTAGRAM_ACCESS_TOKEN"
    ],
    variables: [
      "INSTAGRAM_ACCESS_TOKEN"
    ],
    exclusive: false,
    docsUrl: "https://developers.facebook.com/docs/instagram-platform",
    brandColor: "#E4405F"
  },
  {
    slug: "linear",
    name: "Linear",
    description: "Issues, projects and cycles.",
    category: "developer",
    profiles: [
      "composio_managed",
      "byok_static"
    ],
    tokenVariables: [
      "LINEAR_API_KEY"
    ],
    variables: [
      "LINEAR_API_KEY"
    ],
    exclusive: false,
    docsUrl: "https://linear.app/developers",
    brandColor: "#5E6AD2"
  },
  {
    slug: "notion",
    name: "Notion",
    description: "Pages and databases of a Notion workspace.",
    category: "productivity",
    profiles: [
      "oauth_app_install",
      "byok_static"
    ],
    tokenVariables: [
      "NOTION_TOKEN",
      "NOTION_API_TOKEN"
    ],
    variables: [
      "NOTION_TOKEN",
      "NOTION_API_TOKEN"
    ],
    exclusive: false,
    docsUrl: "https://developers.notion.com",
    brandColor: "#000000"
  },
  {
    slug: "openai",
    name: "OpenAI",
    description: "Language, image and speech models.",
    category: "ai",
    profiles: [
      "vendo_managed_pool",
      "byok_static"
    ],
    tokenVariables: [
      "OPENAI_API_KEY"
    ],
    variables: [
      "OPENAI_API_KEY",
      "OPENAI_BASE_URL"
    ],
    exclusive: false,
    docsUrl: "https://platform.openai.com/docs",
    brandColor: "#10A37F"
  },
  {
    slug: "openrouter",
    name: "OpenRouter",
    description: "Many language models behind one API.",
    category: "ai",
    profiles: [
      "vendo_managed_pool",
      "byok_static"
    ],
    tokenVariables: [
      "OPENROUTER_API_KEY"
    ],
    variables: [
      "OPENROUTER_API_KEY",
      "OPENROUTER_BASE_URL"
    ],
    exclusive: false,
    docsUrl: "https://openrouter.ai/docs",
    brandColor: "#6467F2"
  },
  {
    slug: "slack",
    name: "Slack",
    description: "Messages, channels and files of a Slack workspace.",
    category: "messaging",
    profiles: [
      "composio_managed",
      "byok_static"
    ],
    tokenVariables: [
      "SLACK_BOT_TOKEN"
    ],
    variables: [
      "SLACK_BOT_TOKEN"
    ],
    exclusive: false,
    docsUrl: "https://api.slack.com",
    brandColor: "#4A154B"
  },
  {
    slug: "stripe",
    name: "Stripe",
    description: "Payments, customers and subscriptions.",
    category: "payments",
    profiles: [
      "byok_static"
    ],
    tokenVariables: [
      "STRIPE_SECRET_KEY"
    ],
    variables: [
      "STRIPE_SECRET_KEY"
    ],
    exclusive: false,
    docsUrl: "https://docs.stripe.com/api",
    brandColor: "#635BFF"
  },
  {
    slug: "supabase",
    name: "Supabase",
    description: "Projects and databases of a Supabase organisation.",
    category: "developer",
    profiles: [
      "composio_managed"
    ],
    tokenVariables: [
      "SUPABASE_ACCESS_TOKEN"
    ],
    variables: [
      "SUPABASE_ACCESS_TOKEN"
    ],
    exclusive: false,
    docsUrl: "https://supabase.com/docs/reference/api",
    brandColor: "#3ECF8E"
  },
  {
    slug: "telegram",
    name: "Telegram",
    description: "A Telegram bot.",
    category: "messaging",
    profiles: [
      "byok_static",
      "webhook_inbound"
    ],
    tokenVariables: [
      "TELEGRAM_BOT_TOKEN"
    ],
    variables: [
      "TELEGRAM_BOT_TOKEN",
      "TELEGRAM_BOT_ID",
      "TELEGRAM_BOT_USERNAME",
      "TELEGRAM_SIGNING_SECRET"
    ],
    exclusive: true,
    docsUrl: "https://core.telegram.org/bots/api",
    brandColor: "#229ED9"
  }
]

const bySlug = new Map(catalog.map((entry) => [entry.slug, entry]))

/** The entry of a slug, if the catalog of this release has one. Any text may be asked. */
export const find = (slug: string): CatalogEntry | undefined => bySlug.get(slug)
