/** A connected account: what a test says of it, and what the simulator knows of it. */
import { Schema, Struct } from "effect"
import type { IssuedToken } from "./Ledger.ts"

export const AccountSettings = Schema.Struct({
  toolkit: Schema.String,
  /** One of the upstream's schemes; an unknown one is answered without a secret. */
  authScheme: Schema.String,
  /** Any text: a status newer than us, or in another case, is one too. */
  status: Schema.String,
  statusReason: Schema.NullOr(Schema.String),
  userId: Schema.String,
  /** Who consented, at the provider; nobody in particular when empty. */
  person: Schema.String,
  authConfigId: Schema.String,
  alias: Schema.NullOr(Schema.String),
  isDisabled: Schema.Boolean,
  authConfigDisabled: Schema.Boolean,
  /** On the upstream's own OAuth client, whose tokens are masked whatever the project says. */
  isComposioManaged: Schema.Boolean,
  /** How long a token is good for, in seconds. */
  lifetime: Schema.Finite,
  /** How long before its end a token is renewed in the background, in seconds. */
  margin: Schema.Finite,
  /** Whether the background renews at all. An account that is ACTIVE with a dead token does not. */
  renews: Schema.Boolean,
  /** Whether a renewal gives another token, or only another expiry. */
  changesToken: Schema.Boolean,
  /** Whether a renewal counts as a change of the account. */
  movesUpdatedAt: Schema.Boolean,
  form: Schema.Literals(["opaque", "jwt"]),
  /** How long a JWT says it is good for, in seconds, and is. */
  jwtLifetime: Schema.Finite,
  expiresIn: Schema.Literals(["number", "string", "null", "absent"]),
  /** How the end of the token is spelled beside it; `by-scheme` is as documented for the scheme. */
  expiresAt: Schema.Literals([
    "by-scheme",
    "absent",
    "iso",
    "offset",
    "no-zone",
    "local",
    "seconds",
    "millis",
    "past",
    "ten-years"
  ]),
  /** A second token for the person beside the bot's, as Slack has. */
  hasUserToken: Schema.Boolean,
  masked: Schema.Literals(["no", "prefix", "REDACTED"]),
  /** Another account whose token this one answers with. */
  sharesTokenOf: Schema.NullOr(Schema.String),
  /** Merged over the answer, at any depth; null is a value. */
  merge: Schema.JsonObject,
  /** Paths taken out of the answer, such as `state.val.expires_in`. */
  omit: Schema.Array(Schema.String),
  latencyMs: Schema.Finite,
  /** What the provider answers through the proxy; 0 lets the token decide. */
  providerStatus: Schema.Finite
})
export type AccountSettings = typeof AccountSettings.Type

export const AccountPatch = AccountSettings.mapFields(Struct.map(Schema.optionalKey))
export type AccountPatch = typeof AccountPatch.Type

export const defaults: AccountSettings = {
  toolkit: "notion",
  authScheme: "OAUTH2",
  status: "ACTIVE",
  statusReason: null,
  userId: "user_simulated",
  person: "",
  authConfigId: "ac_simulated",
  alias: null,
  isDisabled: false,
  authConfigDisabled: false,
  isComposioManaged: false,
  lifetime: 3600,
  margin: 300,
  renews: true,
  changesToken: true,
  movesUpdatedAt: true,
  form: "opaque",
  jwtLifetime: 600,
  expiresIn: "number",
  expiresAt: "by-scheme",
  hasUserToken: false,
  masked: "no",
  sharesTokenOf: null,
  merge: {},
  omit: [],
  latencyMs: 0,
  providerStatus: 0
}

export interface Account {
  readonly id: string
  settings: AccountSettings
  readonly createdAt: number
  updatedAt: number
  /** When the status became what it is. */
  statusSince: number
  /** An unfinished consent is over then. */
  consentUntil: number | undefined
  /** Tokens issued so far. */
  issued: number
  current: IssuedToken | undefined
  previous: IssuedToken | undefined
  userToken: IssuedToken | undefined
}

/** The statuses in which the upstream still holds a credential. */
export const holdsToken = ({ settings: { status } }: Account): boolean =>
  !["INITIALIZING", "INITIATED", "FAILED", "EXPIRED", "REVOKED"].includes(status.toUpperCase())

/** As the upstream's own code sees it, whatever is said on the wire. */
export const isActive = ({ settings: { status } }: Account): boolean => status.toUpperCase() === "ACTIVE"
