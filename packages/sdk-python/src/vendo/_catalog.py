"""The catalog as plain data.

Made by scripts/generators/python.ts from packages/catalog; do not edit.
"""

from typing import NamedTuple


class Entry(NamedTuple):
    """What this release knows of an integration."""

    slug: str
    name: str
    description: str
    category: str
    profiles: tuple[str, ...]
    """The default first."""
    token_variables: tuple[str, ...]
    """The variables that may hold its token, the conventional one first."""
    variables: tuple[str, ...]
    """Every variable that belongs to it."""
    exclusive: bool
    docs_url: str
    brand_color: str


CATALOG: tuple[Entry, ...] = (
    Entry(
        slug="anthropic",
        name="Anthropic",
        description="The Claude models.",
        category="ai",
        profiles=("vendo_managed_pool", "byok_static"),
        token_variables=("ANTHROPIC_API_KEY",),
        variables=("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"),
        exclusive=False,
        docs_url="https://docs.anthropic.com",
        brand_color="#D97757",
    ),
    Entry(
        slug="assemblyai",
        name="AssemblyAI",
        description="Speech recognition.",
        category="voice",
        profiles=("vendo_managed_pool", "byok_static"),
        token_variables=("ASSEMBLYAI_API_KEY",),
        variables=("ASSEMBLYAI_API_KEY", "ASSEMBLYAI_BASE_URL"),
        exclusive=False,
        docs_url="https://www.assemblyai.com/docs",
        brand_color="#2545D3",
    ),
    Entry(
        slug="elevenlabs",
        name="ElevenLabs",
        description="Speech synthesis and voices.",
        category="voice",
        profiles=("vendo_managed_pool", "byok_static"),
        token_variables=("ELEVENLABS_API_KEY",),
        variables=("ELEVENLABS_API_KEY", "ELEVENLABS_BASE_URL"),
        exclusive=False,
        docs_url="https://elevenlabs.io/docs",
        brand_color="#000000",
    ),
    Entry(
        slug="gemini",
        name="Google Gemini",
        description="The Gemini models.",
        category="ai",
        profiles=("vendo_managed_pool", "byok_static"),
        token_variables=("GEMINI_API_KEY",),
        variables=("GEMINI_API_KEY", "GEMINI_BASE_URL"),
        exclusive=False,
        docs_url="https://ai.google.dev/api",
        brand_color="#4285F4",
    ),
    Entry(
        slug="github",
        name="GitHub",
        description="Repositories, issues and pull requests.",
        category="developer",
        profiles=("composio_managed", "byok_static"),
        token_variables=("GITHUB_TOKEN",),
        variables=("GITHUB_TOKEN",),
        exclusive=False,
        docs_url="https://docs.github.com/rest",
        brand_color="#181717",
    ),
    Entry(
        slug="gmail",
        name="Gmail",
        description="Mail of a Google account.",
        category="productivity",
        profiles=("composio_managed",),
        token_variables=("GMAIL_ACCESS_TOKEN",),
        variables=("GMAIL_ACCESS_TOKEN",),
        exclusive=False,
        docs_url="https://developers.google.com/gmail/api",
        brand_color="#EA4335",
    ),
    Entry(
        slug="google",
        name="Google",
        description="The Google APIs of one account.",
        category="productivity",
        profiles=("composio_managed",),
        token_variables=("GOOGLE_ACCESS_TOKEN",),
        variables=("GOOGLE_ACCESS_TOKEN",),
        exclusive=False,
        docs_url="https://developers.google.com/identity/protocols/oauth2",
        brand_color="#4285F4",
    ),
    Entry(
        slug="instagram",
        name="Instagram",
        description="Posts, comments and messages of a professional account.",
        category="social",
        profiles=("composio_managed",),
        token_variables=("INSTAGRAM_ACCESS_TOKEN",),
        variables=("INSTAGRAM_ACCESS_TOKEN",),
        exclusive=False,
        docs_url="https://developers.facebook.com/docs/instagram-platform",
        brand_color="#E4405F",
    ),
    Entry(
        slug="linear",
        name="Linear",
        description="Issues, projects and cycles.",
        category="developer",
        profiles=("composio_managed", "byok_static"),
        token_variables=("LINEAR_API_KEY",),
        variables=("LINEAR_API_KEY",),
        exclusive=False,
        docs_url="https://linear.app/developers",
        brand_color="#5E6AD2",
    ),
    Entry(
        slug="notion",
        name="Notion",
        description="Pages and databases of a Notion workspace.",
        category="productivity",
        profiles=("oauth_app_install", "byok_static"),
        token_variables=("NOTION_TOKEN", "NOTION_API_TOKEN"),
        variables=("NOTION_TOKEN", "NOTION_API_TOKEN"),
        exclusive=False,
        docs_url="https://developers.notion.com",
        brand_color="#000000",
    ),
    Entry(
        slug="openai",
        name="OpenAI",
        description="Language, image and speech models.",
        category="ai",
        profiles=("vendo_managed_pool", "byok_static"),
        token_variables=("OPENAI_API_KEY",),
        variables=("OPENAI_API_KEY", "OPENAI_BASE_URL"),
        exclusive=False,
        docs_url="https://platform.openai.com/docs",
        brand_color="#10A37F",
    ),
    Entry(
        slug="openrouter",
        name="OpenRouter",
        description="Many language models behind one API.",
        category="ai",
        profiles=("vendo_managed_pool", "byok_static"),
        token_variables=("OPENROUTER_API_KEY",),
        variables=("OPENROUTER_API_KEY", "OPENROUTER_BASE_URL"),
        exclusive=False,
        docs_url="https://openrouter.ai/docs",
        brand_color="#6467F2",
    ),
    Entry(
        slug="slack",
        name="Slack",
        description="Messages, channels and files of a Slack workspace.",
        category="messaging",
        profiles=("composio_managed", "byok_static"),
        token_variables=("SLACK_BOT_TOKEN",),
        variables=("SLACK_BOT_TOKEN",),
        exclusive=False,
        docs_url="https://api.slack.com",
        brand_color="#4A154B",
    ),
    Entry(
        slug="stripe",
        name="Stripe",
        description="Payments, customers and subscriptions.",
        category="payments",
        profiles=("byok_static",),
        token_variables=("STRIPE_SECRET_KEY",),
        variables=("STRIPE_SECRET_KEY",),
        exclusive=False,
        docs_url="https://docs.stripe.com/api",
        brand_color="#635BFF",
    ),
    Entry(
        slug="supabase",
        name="Supabase",
        description="Projects and databases of a Supabase organisation.",
        category="developer",
        profiles=("composio_managed",),
        token_variables=("SUPABASE_ACCESS_TOKEN",),
        variables=("SUPABASE_ACCESS_TOKEN",),
        exclusive=False,
        docs_url="https://supabase.com/docs/reference/api",
        brand_color="#3ECF8E",
    ),
    Entry(
        slug="telegram",
        name="Telegram",
        description="A Telegram bot.",
        category="messaging",
        profiles=("byok_static", "webhook_inbound"),
        token_variables=("TELEGRAM_BOT_TOKEN",),
        variables=(
            "TELEGRAM_BOT_TOKEN",
            "TELEGRAM_BOT_ID",
            "TELEGRAM_BOT_USERNAME",
            "TELEGRAM_SIGNING_SECRET",
        ),
        exclusive=True,
        docs_url="https://core.telegram.org/bots/api",
        brand_color="#229ED9",
    ),
)

_BY_SLUG = {entry.slug: entry for entry in CATALOG}


def find(slug: str) -> Entry | None:
    """The entry of a slug, if the catalog of this release has one. Any text may be asked."""
    return _BY_SLUG.get(slug)
