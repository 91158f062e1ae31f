/** What a start prints for the person in front of it. */
import { Option, Redacted } from "effect"
import type { Demo } from "./Demo.ts"

export interface Place {
  readonly baseUrl: string
  readonly credentialsUrl: string
  readonly dataDir: string
  readonly keyFile: string
  readonly database: string
  readonly composio: "simulated" | "real" | "none"
  /** Where simulated providers are, if they are. */
  readonly providers: Option.Option<string>
}

const curl = (key: string, url: string) => `  curl -H "Authorization: Bearer ${key}" ${url}`

/** The ready message: where everything is and, in development, requests to paste. The key itself only when it is new. */
export const text = (place: Place, demo: Option.Option<Demo>): string =>
  [
    `Vendo is ready at ${place.baseUrl}`,
    "",
    `  credentials   ${place.credentialsUrl}`,
    `  management    ${place.baseUrl}/api`,
    `  reference     ${place.baseUrl}/docs`,
    `  database      ${place.database}`,
    `  key file      ${place.keyFile} (back it up: without it no credential can be opened)`,
    ...Option.match(place.providers, {
      onNone: () => [],
      onSome: (url) => [`  providers     simulated at ${url}: no credential is tried anywhere else`]
    }),
    ...Option.match(demo, { onNone: () => [], onSome: (demo) => requests(place, demo) }),
    ""
  ].join("\n")

/** What becomes of tokens that expire. */
const refreshing: Record<Place["composio"], ReadonlyArray<string>> = {
  simulated: [
    "",
    "Composio is simulated: the tokens of Google are made up, expire after an hour, and open nothing.",
    "Set COMPOSIO_API_KEY for real ones."
  ],
  real: [
    "",
    "Composio is asked for tokens that expire. Connect an account that is authorised there:",
    "  npx -y pnpm@12.21.0 vendo connection create google --account ca_…"
  ],
  none: []
}

const requests = (
  { composio, credentialsUrl }: Place,
  { apps, fresh, path, refreshes }: Demo
): ReadonlyArray<string> => {
  const [app] = apps
  if (app === undefined) return []
  const key = Redacted.value(app.key)
  const shown = fresh ? key : `$(node -p "JSON.parse(fs.readFileSync('${path}')).apps[0].key")`
  return [
    "",
    fresh
      ? `A demo tenant was made, with the app ${app.slug}. Its key is shown this once, and kept in ${path}:`
      : `The app ${app.slug} has the key ${key.slice(0, 13)}…, kept in ${path}:`,
    "",
    curl(shown, `${credentialsUrl}/openai`),
    curl(shown, `${credentialsUrl}/notion`),
    curl(shown, `${credentialsUrl}/v1/TELEGRAM_BOT_TOKEN`),
    ...(refreshes ? [curl(shown, `${credentialsUrl}/google`)] : []),
    "",
    "The credentials are marked placeholders, unless OPENAI_API_KEY was set. Use your own:",
    "  npx -y pnpm@12.21.0 vendo connection --help",
    ...refreshing[composio]
  ]
}
