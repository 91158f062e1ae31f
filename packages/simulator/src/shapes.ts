/** What an account may look like, by name: for `putAccount` and `patchAccount`, and for tables of tests. */
import type { Schema } from "effect"
import type { AccountPatch } from "./Account.ts"

/** Written over the token and what stands beside it, whatever the type says it should be. */
const val = (fields: Schema.JsonObject): AccountPatch => ({ merge: { state: { val: fields } } })

const token = (access_token: Schema.Json): AccountPatch => val({ access_token })

/** What a token may be. The ledger knows none of those that are made up here. */
export const tokens = {
  opaque: {},
  jwt: { form: "jwt" },
  masked: { masked: "prefix" },
  redacted: { masked: "REDACTED" },
  "masked by Google's prefix": { toolkit: "gmail", masked: "prefix" },
  "masked, for the client is Composio's": { isComposioManaged: true },
  missing: { omit: ["state.val.access_token"] },
  "without a val": { omit: ["state.val"] },
  "without a state": { omit: ["state"] },
  null: token(null),
  "a number": token(12_345_678_901_234),
  "an object": token({ value: "simulated-token-in-an-object" }),
  empty: token(""),
  blank: token("                    "),
  stars: token("*".repeat(20)),
  "the word undefined": token("undefined"),
  "the word null": token("null"),
  "an object in words": token("[object Object]"),
  "seven characters": token("simulat"),
  "eleven characters": token("simulated-t"),
  "16 kB": token("simulated-".padEnd(16 * 1024, "x")),
  "16 kB and one": token("simulated-".padEnd(16 * 1024 + 1, "x")),
  "with a newline": token("simulated-token-with\na-second-line"),
  "with a carriage return": token("simulated-token-with\r\nx-injected: header"),
  "with a NUL": token("simulated-token-with\u0000nothing-behind"),
  "with a space": token("simulated token with spaces in it"),
  "not ASCII": token("simulated-töken-öf-söme-length"),
  "as it was before, with a new expiry": { changesToken: false }
} as const satisfies Record<string, AccountPatch>

/** What may be said of a token's end. */
export const expiries = {
  "expires_in as a number": {},
  "expires_in as text": { expiresIn: "string" },
  "expires_in null": { expiresIn: "null" },
  "expires_in absent": { expiresIn: "absent" },
  "expires_in 0": val({ expires_in: 0 }),
  "expires_in negative": val({ expires_in: -3600 }),
  "expires_in a fraction": val({ expires_in: 3599.5 }),
  "expires_in of ten years": val({ expires_in: 315_576_000 }),
  "expires_in huge": val({ expires_in: 1e18 }),
  "expires_in a date": val({ expires_in: "2031-01-01T00:00:00Z" }),
  "expires_in not a number": val({ expires_in: "NaN" }),
  "expires_in an object": val({ expires_in: {} }),
  "59 seconds": { lifetime: 59, margin: 0 },
  "60 seconds": { lifetime: 60, margin: 0 },
  "61 seconds": { lifetime: 61, margin: 0 },
  expires_at: { authScheme: "S2S_OAUTH2" },
  "expires_at only": { authScheme: "S2S_OAUTH2", expiresIn: "absent" },
  "expires_at with an offset": { expiresAt: "offset" },
  "expires_at without a zone": { expiresAt: "no-zone" },
  "expires_at in a local style": { expiresAt: "local" },
  "expires_at in seconds": { expiresAt: "seconds" },
  "expires_at in milliseconds": { expiresAt: "millis" },
  "expires_at past": { expiresAt: "past" },
  "expires_at in ten years": { expiresAt: "ten-years" },
  "expires_at garbage": val({ expires_at: "soon" }),
  "expires_at nearer than expires_in": { expiresAt: "iso", ...val({ expires_in: 86_400 }) },
  "expires_in nearer than expires_at": { expiresAt: "ten-years" },
  "a JWT that ends before expires_in": { form: "jwt" },
  "updated_at that does not move": { movesUpdatedAt: false },
  "updated_at missing": { omit: ["updated_at"] },
  "updated_at garbage": { merge: { updated_at: "yesterday" } },
  "updated_at in the future": { merge: { updated_at: "2999-01-01T00:00:00.000Z" } }
} as const satisfies Record<string, AccountPatch>

/** What may be said of the account. */
export const statuses = {
  ACTIVE: {},
  INITIALIZING: { status: "INITIALIZING" },
  INITIATED: { status: "INITIATED" },
  EXPIRED: { status: "EXPIRED", statusReason: "OAuth refresh token expired" },
  "EXPIRED: consent not finished": { status: "EXPIRED", statusReason: "Connection was not completed in 10 minutes" },
  "EXPIRED: too many failures": { status: "EXPIRED", statusReason: "Maximum auth failures reached" },
  FAILED: { status: "FAILED", statusReason: "The callback failed in the token exchange" },
  INACTIVE: { status: "INACTIVE", statusReason: "Status changed by a user" },
  "INACTIVE: auth config disabled": { status: "INACTIVE", statusReason: "Auth config disabled" },
  REVOKED: { status: "REVOKED", statusReason: "Revoked through the revoke endpoint" },
  "REVOKED by an administrator": { status: "REVOKED", statusReason: "Revoked by an administrator" },
  "REVOKED as part of a delete": { status: "REVOKED", statusReason: "Revoked as part of a delete" },
  unknown: { status: "HIBERNATING" },
  PENDING: { status: "PENDING" },
  "lower case": { status: "active" },
  "mixed case": { status: "Expired" },
  missing: { omit: ["status"] },
  null: { merge: { status: null } },
  "a number": { merge: { status: 1 } },
  "val missing its status": { omit: ["state.val.status"] },
  "val worse than the account": val({ status: "EXPIRED" }),
  "val better than the account": {
    status: "EXPIRED",
    ...val({ status: "ACTIVE", access_token: "simulated-stale-token" })
  },
  is_disabled: { isDisabled: true },
  "auth_config.is_disabled": { authConfigDisabled: true },
  "of another id": { merge: { id: "ca_another" } },
  "of another toolkit": { merge: { toolkit: { slug: "another" } } },
  "Slack's two tokens": { toolkit: "slack", hasUserToken: true },
  "dead but ACTIVE": { renews: false }
} as const satisfies Record<string, AccountPatch>

/** Every scheme the upstream has. */
export const schemes = [
  "OAUTH2",
  "DCR_OAUTH",
  "S2S_OAUTH2",
  "OAUTH1",
  "BEARER_TOKEN",
  "API_KEY",
  "BASIC",
  "BASIC_WITH_JWT",
  "GOOGLE_SERVICE_ACCOUNT",
  "SERVICE_ACCOUNT",
  "BILLCOM_AUTH",
  "NO_AUTH",
  "CALCOM_AUTH",
  "SAML"
] as const
