/** What the Promise SDK hands out and takes: plain objects and strings. */

/** Stops a call: its promise rejects with the signal's reason. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined
}

/** Headers as a framework hands them over: Fetch `Headers`, Node's and Express's `req.headers`, a `Map`, an object. */
export type HeadersLike =
  | { readonly get: (name: string) => string | null | undefined }
  | { readonly [name: string]: string | ReadonlyArray<string> | undefined }

/** A token with when it expires, in the shape of the credentials service. */
export interface CredentialResponse {
  readonly access_token: string
  /** ISO 8601 in UTC; null when it does not expire, or nobody knows when. */
  readonly expires_at: string | null
  /** What to write before it in `Authorization`: `Bearer`. */
  readonly token_type: string
}

/** A variable that a program expects, and where its value is. */
export interface EnvBootstrapVar {
  readonly name: string
  /** Where in the connection the value stands, such as `metadata.credential.TELEGRAM_BOT_TOKEN`. */
  readonly valueFrom: string
}

/** What a program that only reads its environment needs of a connection. */
export interface EnvBootstrap {
  readonly vars: ReadonlyArray<EnvBootstrapVar>
  /** `gateway`: whoever consumes the credential must start again when it changes; `none` otherwise. */
  readonly restart: string
}

/** What a connection may be; a newer service may say more. */
export type ConnectionStatus =
  | "connected"
  | "available"
  | "pending_setup"
  | "needs_reauth"
  | "error"
  | "revoked"
  | (string & {})

/** An integration, and the account that is bound to this deployment or user, if one is. */
export interface Connection {
  /** Null while nothing is bound, and in OSS mode. */
  readonly id: string | null
  readonly externalId: string | null
  readonly slug: string
  readonly displayName: string
  readonly category: string
  /** How the credential is held, such as `byok_static`. */
  readonly profile: string
  readonly status: ConnectionStatus
  /** What is known of the account. No secret. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** Identifiers found when the account was connected, such as a project's `ref`. */
  readonly context: Readonly<Record<string, unknown>> | null
  /** The secrets of a credential that does not expire, by variable. */
  readonly credential: Readonly<Record<string, string>> | null
  /** For a managed pool: the key its proxy takes, and where the proxy is. */
  readonly apiKey: string | null
  readonly baseUrl: string | null
  /** Where a person connects it, while it is `available`. */
  readonly setupUrl: string | null
  /** What is wrong, when `status` is `error` or `needs_reauth`. */
  readonly errorMessage: string | null
  /** ISO 8601 in UTC. */
  readonly connectedAt: string | null
  readonly envBootstrap: EnvBootstrap | null
  /** One consumer at a time, such as a bot that is long-polled. */
  readonly exclusive: boolean
  /** Empty when there is none. */
  readonly logoUrl: string
  readonly brandColor: string
  readonly docsUrl: string
}

/** A provider of the catalog: what could be connected. */
export interface Integration {
  readonly slug: string
  readonly name: string
  readonly description: string
  readonly category: string
  readonly logoUrl: string | null
  readonly brandColor: string | null
  readonly docsUrl: string | null
  /** The default first. */
  readonly supportedProfiles: ReadonlyArray<string>
  readonly defaultProfile: string
  readonly enabled: boolean
  readonly featured: boolean
}

/** What the tenant has left. Money is in whole micros: USD × 10⁶. */
export interface Balance {
  readonly creditsRemainingMicros: number
  readonly currency: string
  /** Where a person adds credit; null where nobody said how people reach the installation. */
  readonly topUpUrl: string | null
}

/** What this deployment may spend, and has, in micros. Null where there is no cap. Days and months are those of UTC. */
export interface SpendCaps {
  readonly dailyMicros: number | null
  readonly monthlyMicros: number | null
  readonly usedTodayMicros: number
  readonly usedMonthMicros: number
}

/** What was spent since the beginning of the day or the month, in UTC. Money is in whole micros: USD × 10⁶. */
export interface Usage {
  readonly period: "day" | "month"
  /** ISO 8601 in UTC. */
  readonly since: string
  readonly totalMicros: number
  readonly providers: ReadonlyArray<{
    readonly provider: string
    readonly micros: number
    /** How many metered calls. */
    readonly events: number
  }>
}

/** What happens after the account was connected. */
export interface ConnectOptions {
  /** Where the person goes afterwards. */
  readonly returnTo?: string | undefined
  /** Comes back with them, unchanged. */
  readonly state?: string | undefined
}

/** One thing that happened. `id` is what a later subscription can begin after. */
export interface EventStreamMessage {
  /** Such as `connection.connected`. */
  readonly type: string
  /** The JSON that was sent, or the text that was no JSON. */
  readonly data: unknown
  readonly id?: string | undefined
}

/** What was pushed, once its signature held. */
export interface WebhookEvent {
  readonly id: string
  readonly type: string
  /** As it was sent: ISO 8601. */
  readonly occurredAt: string
  readonly data: unknown
}
