/** Settings of the page on which accounts are connected. */
import { Array, Effect, Option, Redacted } from "effect"
import type { OAuthClient } from "@vendodev/broker/connect/ConnectSettings"
import { find, integrations } from "@vendodev/catalog/Catalog"
import { checked, fromVariable, type Problems } from "./setting.ts"

const visible = /^[!-~]+$/

const partsOf = (text: string) => text.split(",").map((part) => part.trim())

/** As browsers write it: scheme, host and port, and nothing else. */
const isOrigin = (text: string) => /^https?:/.test(text) && URL.parse(text)?.origin === text

/** Where a browser may be sent back to, besides this service itself. */
export const returnOrigins = fromVariable("VENDO_RETURN_ORIGINS").pipe(
  checked(
    (text) => partsOf(text).every(isOrigin),
    "VENDO_RETURN_ORIGINS must be a comma-separated list of origins, such as https://tool.example.com"
  ),
  Effect.map(Option.match({ onNone: (): ReadonlyArray<string> => [], onSome: partsOf }))
)

/** The auth config of Composio for each integration that is connected there. */
export const authConfigs = fromVariable("COMPOSIO_AUTH_CONFIGS").pipe(
  checked(
    (text) =>
      partsOf(text).every((part) => {
        const [, slug = ""] = /^([a-z][a-z0-9_-]*)=[A-Za-z0-9_-]{1,128}$/.exec(part) ?? []
        return Option.exists(find(slug), ({ profiles }) => profiles.includes("composio_managed"))
      }),
    "COMPOSIO_AUTH_CONFIGS must be a comma-separated list such as google=ac_abc123, of integrations that are connected at Composio"
  ),
  Effect.map(
    Option.match({
      onNone: () => new Map<string, string>(),
      onSome: (text) =>
        new Map(
          partsOf(text).map((part) => {
            const at = part.indexOf("=")
            return [part.slice(0, at), part.slice(at + 1)] as const
          })
        )
    })
  )
)

/** `<SLUG>_OAUTH_CLIENT_ID` and `<SLUG>_OAUTH_CLIENT_SECRET`: both or none. */
const clientOf = Effect.fnUntraced(function* (slug: string) {
  const name = `${slug.toUpperCase().replaceAll("-", "_")}_OAUTH_CLIENT`
  const plain = (variable: string) =>
    fromVariable(variable).pipe(checked((text) => visible.test(text), `${variable} must be plain ASCII without spaces`))
  const id = yield* plain(`${name}_ID`)
  const secret = yield* plain(`${name}_SECRET`)
  if (Option.isSome(id) !== Option.isSome(secret)) {
    return yield* Effect.fail<Problems>(`${name}_ID and ${name}_SECRET must both be set, or neither`)
  }
  return Option.map(Option.all([id, secret]), ([id, secret]): readonly [string, OAuthClient] => [
    slug,
    { id, secret: Redacted.make(secret, { label: "OAuth client secret" }) }
  ])
})

/** The OAuth apps of this installation, by integration. */
export const oauthClients = Effect.map(
  Effect.forEach(
    integrations.filter(({ oauth }) => oauth !== undefined),
    ({ slug }) => clientOf(slug)
  ),
  (clients) => new Map(Array.getSomes(clients))
)
