/** What the upstream says of an account. */
import type { Schema } from "effect"
import { type Account, holdsToken } from "./Account.ts"
import { isoDate } from "./Answer.ts"
import { type Fields, patched } from "./jsonPatch.ts"
import type { IssuedToken } from "./Ledger.ts"

type Json = Schema.Json

const oauth = (token: string) => ({ access_token: token, refresh_token: `refresh-${token}` })

/** Where each scheme keeps its secrets. */
const secrets: Readonly<Record<string, (token: string) => Readonly<Record<string, string>>>> = {
  OAUTH2: oauth,
  DCR_OAUTH: (token) => ({ ...oauth(token), client_secret: `secret-${token}` }),
  S2S_OAUTH2: (token) => ({ access_token: token, client_secret: `secret-${token}` }),
  OAUTH1: (token) => ({ oauth_token: token, oauth_token_secret: `secret-${token}` }),
  BEARER_TOKEN: (token) => ({ token }),
  API_KEY: (token) => ({ generic_api_key: token }),
  BASIC: (token) => ({ password: token }),
  BASIC_WITH_JWT: (token) => ({ password: token }),
  GOOGLE_SERVICE_ACCOUNT: (token) => ({ credentials_json: JSON.stringify({ type: "service_account", key: token }) }),
  SERVICE_ACCOUNT: (token) => ({ private_key: token }),
  BILLCOM_AUTH: (token) => ({ sessionId: token, devKey: `dev-${token}` })
}

/** What stands beside them and is none. */
const companions: Readonly<Record<string, Fields>> = {
  OAUTH2: { token_type: "bearer", scope: "read write" },
  DCR_OAUTH: { token_type: "bearer", client_id: "simulated-client", client_secret_expires_at: 0 },
  S2S_OAUTH2: { token_type: "Bearer", client_id: "simulated-client" },
  OAUTH1: { consumer_key: "simulated-consumer" },
  BASIC: { username: "simulated" },
  BASIC_WITH_JWT: { username: "simulated" },
  SERVICE_ACCOUNT: { application_id: "1", installation_id: "2" }
}

const year = 365 * 24 * 3600 * 1000

/** The end of a token, by the upstream's clock, in every spelling that was ever met. */
const spellings: Readonly<Record<string, (end: number) => Json>> = {
  iso: isoDate,
  offset: (end) => isoDate(end + 7_200_000).replace("Z", "+02:00"),
  "no-zone": (end) => isoDate(end).replace("Z", ""),
  local: (end) => {
    const [, y = "", m = "", d = "", time = ""] = /^(\d+)-(\d+)-(\d+)T([\d:]+)/.exec(isoDate(end)) ?? []
    return `${m}/${d}/${y}, ${time}`
  },
  seconds: (end) => Math.floor(end / 1000),
  millis: (end) => end,
  past: (end) => isoDate(end - year),
  "ten-years": (end) => isoDate(end + 10 * year)
}

const expiry = ({ settings }: Account, token: IssuedToken, skewMs: number): Fields => {
  const { authScheme, expiresAt, expiresIn, lifetime } = settings
  if (token.expiresAt === null) return {}
  const duration = { number: lifetime, string: String(lifetime), null: null, absent: undefined }[expiresIn]
  const documented = authScheme === "S2S_OAUTH2" ? "iso" : "absent"
  const end = spellings[expiresAt === "by-scheme" ? documented : expiresAt]?.(token.expiresAt + skewMs)
  return {
    ...(duration === undefined ? {} : { expires_in: duration }),
    ...(end === undefined ? {} : { expires_at: end })
  }
}

/** What the statuses say that have no credential. */
const endings: Readonly<Record<string, (at: string) => Fields>> = {
  EXPIRED: (at) => ({ expired_at: at }),
  REVOKED: (at) => ({ revoked_at: at }),
  FAILED: () => ({ error: "access_denied", error_description: "Simulated: the consent failed" })
}

export interface View {
  /** Whether the project masks secrets. */
  readonly masking: boolean
  /** How far the upstream's clock is ahead of the simulator's. */
  readonly skewMs: number
  /** The token of another account, for one that shares it. */
  readonly shared: IssuedToken | undefined
}

/** Google's tokens are known by how they begin, and so are its masked ones. */
const beginning = (toolkit: string, value: string) => (/^(?:google|gmail)/.test(toolkit) ? "ya29" : value.slice(0, 4))

const maskOf = ({ settings }: Account, masking: boolean): ((value: string) => string) => {
  if (settings.masked === "REDACTED") return () => "REDACTED"
  const isMasked = masking || settings.isComposioManaged || settings.masked === "prefix"
  return isMasked ? (value) => `${beginning(settings.toolkit, value)}...` : (value) => value
}

const valOf = (account: Account, { masking, shared, skewMs }: View): Fields => {
  const { settings, userToken } = account
  const base = { status: settings.status, base_url: `https://api.${settings.toolkit}.example` }
  const token = shared ?? account.current
  if (token === undefined || !holdsToken(account)) {
    return { ...base, ...endings[settings.status]?.(isoDate(account.statusSince + skewMs)) }
  }
  const mask = maskOf(account, masking)
  const held = Object.entries(secrets[settings.authScheme]?.(token.token) ?? {})
  return {
    ...base,
    ...Object.fromEntries(held.map(([name, value]) => [name, mask(value)])),
    ...companions[settings.authScheme],
    ...expiry(account, token, skewMs),
    ...(userToken === undefined ? {} : { authed_user: { id: "U1", access_token: mask(userToken.token) } })
  }
}

/** The whole body of one account, or the item of a list, which has no `params`. */
export const accountBody = (account: Account, view: View, as: "one" | "item"): Fields => {
  const { settings } = account
  const val = valOf(account, view)
  const body: Fields = {
    id: account.id,
    word_id: `simulated-${account.id}`,
    alias: settings.alias,
    user_id: settings.userId,
    status: settings.status,
    status_reason: settings.statusReason,
    is_disabled: settings.isDisabled,
    created_at: isoDate(account.createdAt + view.skewMs),
    updated_at: isoDate(account.updatedAt + view.skewMs),
    toolkit: { slug: settings.toolkit },
    auth_config: {
      id: settings.authConfigId,
      auth_scheme: settings.authScheme,
      is_composio_managed: settings.isComposioManaged,
      is_disabled: settings.authConfigDisabled
    },
    state: { authScheme: settings.authScheme, val },
    data: val,
    ...(as === "one" ? { params: val } : {}),
    test_request_endpoint: "/me",
    experimental: { account_type: "PRIVATE" }
  }
  return patched(body, settings)
}
