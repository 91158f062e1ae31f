/** From what the client has to what the caller sees: secrets unwrapped, times as text. */
import { DateTime, Option, Redacted } from "effect"
import type * as Billing from "@vendodev/client/Billing"
import type * as Connections from "@vendodev/client/Connections"
import type { Token } from "@vendodev/client/Token"
import type { Connection, CredentialResponse, Usage } from "./types.ts"

/** Where tokens leave their wrapper for good: the caller asked for them. */
export const tokenOf = ({ token }: Token): string => Redacted.value(token)

export const credentialOf = (token: Token): CredentialResponse => ({
  access_token: tokenOf(token),
  expires_at: Option.getOrNull(Option.map(token.expiresAt, DateTime.formatIso)),
  token_type: token.tokenType
})

export const connectionOf = (connection: Connections.Connection): Connection => ({
  ...connection,
  credential: connection.credential === null ? null : opened(connection.credential),
  apiKey: connection.apiKey === null ? null : Redacted.value(connection.apiKey),
  connectedAt: connection.connectedAt === null ? null : DateTime.formatIso(connection.connectedAt),
  logoUrl: connection.logoUrl ?? "",
  brandColor: connection.brandColor ?? "",
  docsUrl: connection.docsUrl ?? ""
})

const opened = (secrets: Readonly<Record<string, Redacted.Redacted>>) =>
  Object.fromEntries(Object.entries(secrets).map(([name, secret]) => [name, Redacted.value(secret)]))

export const usageOf = (usage: Billing.Usage): Usage => ({ ...usage, since: DateTime.formatIso(usage.since) })
