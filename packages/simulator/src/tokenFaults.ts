/** What may be wrong with the answer of a token endpoint, by name: for `addFaults`, with the route of the endpoint. */
import type { Fault } from "./Fault.ts"

const text = (value: unknown) => ({ text: JSON.stringify(value) })

export const tokenFaults = {
  "an error with status 200": { status: 200, body: text({ error: "invalid_grant" }) },
  "a page with status 200": { status: 200, body: "html" },
  "a redirect": { status: 302, body: "empty", headers: [["location", "/_elsewhere/token"]] },
  "a redirect that keeps the method": { status: 307, body: "empty", headers: [["location", "/_elsewhere/token"]] },
  "never answered": { delivery: "never" },
  "headers, then nothing": { delivery: "stall" },
  "a byte a second": { delivery: "dribble" },
  "reset before headers": { delivery: "reset-before-headers" },
  truncated: { body: "truncated" },
  "an array": { body: "array" },
  "300 kB": { body: "padded" },
  "gzip bomb": { body: "gzip-bomb" },
  "JSON null": { status: 200, body: "null" },
  "no body": { status: 200, body: "empty" },
  "client refused": { status: 401, body: text({ error: "invalid_client" }) },
  "code refused": { status: 400, body: text({ error: "invalid_grant" }) },
  "internal error": { status: 500, body: "html" },
  limited: { status: 429, body: text({ error: "rate_limited" }), headers: [["retry-after", "3"]] },
  "another token type": { merge: { token_type: "mac" } },
  "no token type": { omit: ["token_type"] },
  "no access token": { omit: ["access_token"] },
  "an access token that is null": { merge: { access_token: null } },
  "an empty access token": { merge: { access_token: "" } },
  "an access token that is a number": { merge: { access_token: 12_345_678_901_234 } },
  "an access token on two lines": { merge: { access_token: "simulated-token-with\r\nx-injected: header" } },
  "an access token of 16 kB and one": { merge: { access_token: "simulated-".padEnd(16 * 1024 + 1, "x") } },
  "fewer scopes": { merge: { scope: "read" } },
  "more scopes": { merge: { scope: "read write admin" } },
  "scope is a list": { merge: { scope: ["read", "write"] } },
  "no refresh token": { omit: ["refresh_token"] },
  "expires_in 0": { merge: { expires_in: 0 } },
  "expires_in -1": { merge: { expires_in: -1 } },
  "expires_in as text": { merge: { expires_in: "3600" } },
  "expires_in 1e20": { merge: { expires_in: 1e20 } },
  "expires_in null": { merge: { expires_in: null } },
  "nobody's": { omit: ["workspace_id", "workspace_name", "account"] },
  "a name that hides": { merge: { workspace_name: "Acme\u0000\u202eevil", account: { name: "Acme\u0000\u202eevil" } } }
} as const satisfies Record<string, Fault>

/** One by name, at the endpoint of that name: `tokenFault("notion.token", "no access token")`. */
export const tokenFault = (route: string, name: keyof typeof tokenFaults, changed: Fault = {}): Fault => ({
  name,
  route,
  ...tokenFaults[name],
  ...changed
})
