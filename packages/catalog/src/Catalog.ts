/**
 * The menu: every integration this build knows, by slug and by variable.
 *
 * Look-ups go through a `Map`, so that `__proto__` and `constructor` are
 * unknown slugs like any other.
 */
import { Option } from "effect"
import type { IntegrationSlug } from "@vendodev/domain/Ids"
import type { Integration } from "./Integration.ts"
import { anthropic } from "./integrations/anthropic.ts"
import { assemblyai } from "./integrations/assemblyai.ts"
import { elevenlabs } from "./integrations/elevenlabs.ts"
import { gemini } from "./integrations/gemini.ts"
import { github } from "./integrations/github.ts"
import { gmail } from "./integrations/gmail.ts"
import { google } from "./integrations/google.ts"
import { instagram } from "./integrations/instagram.ts"
import { linear } from "./integrations/linear.ts"
import { notion } from "./integrations/notion.ts"
import { openai } from "./integrations/openai.ts"
import { openrouter } from "./integrations/openrouter.ts"
import { slack } from "./integrations/slack.ts"
import { stripe } from "./integrations/stripe.ts"
import { supabase } from "./integrations/supabase.ts"
import { telegram } from "./integrations/telegram.ts"

/** All integrations, by slug. */
export const integrations: ReadonlyArray<Integration> = [
  anthropic,
  assemblyai,
  elevenlabs,
  gemini,
  github,
  gmail,
  google,
  instagram,
  linear,
  notion,
  openai,
  openrouter,
  slack,
  stripe,
  supabase,
  telegram
]

const bySlug = new Map<string, Integration>(integrations.map((integration) => [integration.slug, integration]))

/** The integration of that slug, if the catalog has one. Any text may be asked. */
export const find = (slug: string): Option.Option<Integration> => Option.fromUndefinedOr(bySlug.get(slug))

const byVariable = new Map<string, IntegrationSlug>(
  integrations.flatMap((integration) =>
    Object.values(integration.env)
      .flatMap((variables) => variables ?? [])
      // Only these hold a token; an address or an id is no answer to "which token?".
      .filter(({ source }) => source.kind === "credential" || source.kind === "vendo_api_key")
      .map(({ name }) => [name, integration.slug] as const)
  )
)

/** The integration whose token that environment variable holds, for `GET /v1/<KEY>`. */
export const findByVariable = (name: string): Option.Option<IntegrationSlug> =>
  Option.fromUndefinedOr(byVariable.get(name))
