/** What is connected for this deployment, or for the user of the call. */
import { Cache, Context, type DateTime, Duration, Effect, Layer, Option, type Redacted } from "effect"
import { Calls } from "./Calls.ts"
import { catalog, type CatalogEntry } from "./catalog.ts"
import { Environment } from "./Environment.ts"
import type { Failure } from "./Failure.ts"
import type { Settings } from "./Settings.ts"
import { UserJwt } from "./UserJwt.ts"
import { vendoOnly } from "./vendoOnly.ts"
import { connectionOf, isAnswer } from "./wireConnection.ts"

/** What a program that only reads its environment needs of a connection. */
export interface Bootstrap {
  /** Variables of the environment, and where in the connection each value stands. */
  readonly vars: ReadonlyArray<{ readonly name: string; readonly valueFrom: string }>
  /** `gateway`: whoever consumes the credential must start again when it changes. */
  readonly restart: string
}

/** An integration, and the account that is bound to this deployment or user, if one is. */
export interface Connection {
  readonly id: string | null
  readonly externalId: string | null
  readonly slug: string
  readonly displayName: string
  readonly category: string
  readonly profile: string
  /** `connected`, `available` (nothing is bound), `needs_reauth` or `error`; a newer service may say more. */
  readonly status: string
  /** What is known of the account. No secret. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** Identifiers found when the account was connected, such as a project's `ref`. */
  readonly context: Readonly<Record<string, unknown>> | null
  /** The secrets of a credential that does not expire, by variable. */
  readonly credential: Readonly<Record<string, Redacted.Redacted>> | null
  /** For a managed pool: the key that its proxy takes, and where the proxy is. */
  readonly apiKey: Redacted.Redacted | null
  readonly baseUrl: string | null
  /** Where a person connects it, while it is `available`. */
  readonly setupUrl: string | null
  readonly errorMessage: string | null
  readonly connectedAt: DateTime.Utc | null
  readonly envBootstrap: Bootstrap | null
  /** One consumer at a time, such as a bot that is long-polled. */
  readonly exclusive: boolean
  readonly logoUrl: string | null
  readonly brandColor: string | null
  readonly docsUrl: string | null
}

export class Connections extends Context.Service<
  Connections,
  {
    /** Who asks while an answer is under way gets that one. */
    readonly list: Effect.Effect<ReadonlyArray<Connection>, Failure>
    readonly get: (slug: string) => Effect.Effect<Option.Option<Connection>, Failure>
  }
>()("@vendodev/client/Connections") {
  static readonly layer = (settings: Settings) =>
    Layer.effect(
      Connections,
      Effect.gen(function* () {
        const { ask } = yield* Calls
        const environment = yield* Environment
        const query = settings.sandbox ? "?sandbox=1" : ""
        const url = `${settings.baseUrl}/api/deployments/me/connections${query}`

        const asked = yield* Cache.makeWith(
          (user: Option.Option<Redacted.Redacted>) =>
            ask({ url }, isAnswer).pipe(
              Effect.map(({ connections }) => connections.map(connectionOf)),
              Effect.provideService(UserJwt, user)
            ),
          { capacity: Number.POSITIVE_INFINITY, timeToLive: () => Duration.zero }
        )

        const fromEnvironment = Effect.gen(function* () {
          if (Option.isSome(yield* UserJwt)) return yield* vendoOnly("the connections of one user")
          const found = yield* Effect.forEach(catalog, (entry) => inEnvironment(environment, entry))
          return found.flatMap(Option.toArray)
        })

        const list = Option.isNone(settings.apiKey)
          ? fromEnvironment
          : Effect.flatMap(UserJwt, (user) => Cache.get(asked, user))

        return Connections.of({
          list,
          get: (slug) =>
            Effect.map(list, (connections) =>
              Option.fromUndefinedOr(connections.find((connection) => connection.slug === slug))
            )
        })
      })
    )
}

/** Without the service, a connection is a variable that is set. */
const inEnvironment = Effect.fnUntraced(function* (environment: Environment["Service"], entry: CatalogEntry) {
  const found: Array<readonly [string, Redacted.Redacted]> = []
  for (const name of entry.tokenVariables) {
    const value = yield* environment.get(name)
    if (Option.isSome(value)) found.push([name, value.value])
  }
  if (found.length === 0) return Option.none<Connection>()
  return Option.some<Connection>({
    ...ofNothing,
    slug: entry.slug,
    displayName: entry.name,
    category: entry.category,
    profile: "byok_static",
    status: "connected",
    credential: Object.fromEntries(found),
    exclusive: entry.exclusive,
    brandColor: entry.brandColor,
    docsUrl: entry.docsUrl
  })
})

const ofNothing = {
  id: null,
  externalId: null,
  metadata: {},
  context: null,
  apiKey: null,
  baseUrl: null,
  setupUrl: null,
  errorMessage: null,
  connectedAt: null,
  envBootstrap: null,
  logoUrl: null
}
