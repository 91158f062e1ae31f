/** Where the one thing that can be vended is, by the scheme an account was connected with. */
import { Result } from "effect"
import type { ConnectedAccount, Values } from "./composioAccount.ts"
import { isMasked, isPlaceholder, isPresentable } from "./masked.ts"
import { UpstreamRefusal } from "./UpstreamRefusal.ts"

interface Place {
  /** The first that is there is taken. */
  readonly fields: ReadonlyArray<Exclude<keyof Values, "status" | "expires_at" | "expires_in">>
  readonly oauth: boolean
}

const accessToken: Place = { fields: ["access_token"], oauth: true }

/** No entry: what such an account holds is not one secret, or is not a token, so it can not be vended as one. */
const places = new Map<string, Place>([
  // Of a Slack account this is the bot's token; the user's stands elsewhere and is not asked for.
  ["OAUTH2", accessToken],
  ["DCR_OAUTH", accessToken],
  ["S2S_OAUTH2", accessToken],
  ["BEARER_TOKEN", { fields: ["token"], oauth: false }],
  ["API_KEY", { fields: ["api_key", "generic_api_key", "bearer_token", "basic_encoded"], oauth: false }]
])

const refuse = (...args: Parameters<typeof UpstreamRefusal.of>) => Result.fail(UpstreamRefusal.of(...args))

export const masked = UpstreamRefusal.of(
  "unservable",
  "Composio masks the tokens of this project, so there is none to vend; ask Composio for an exception that shows them, " +
    "or hold the credential under another profile"
)

/** The secret of an active account. */
export const credentialOf = ({ state }: ConnectedAccount): Result.Result<string, UpstreamRefusal> => {
  if (state?.authScheme === undefined) return refuse("faulty", "Composio did not say how this account is connected")
  const place = places.get(state.authScheme)
  if (place === undefined) {
    return refuse("unservable", "accounts connected in this way hold no single token that could be vended")
  }
  const values = state.val ?? {}
  const token = place.fields.map((field) => values[field]).find((value) => value !== undefined && value !== "")
  if (token === undefined) return refuse("faulty", "Composio calls the account active, and gives no token of it")
  if (isPlaceholder(token)) return refuse("faulty", "Composio gave a placeholder in the place of a token")
  if (isMasked(token, place)) return Result.fail(masked)
  return isPresentable(token) ? Result.succeed(token) : refuse("faulty", "what Composio gave can not be a token")
}
