/**
 * Vendo for Effect: tokens of the providers that a tool was connected to.
 *
 * ```ts
 * const program = Effect.gen(function* () {
 *   const vendo = yield* Vendo
 *   const token = yield* vendo.token("openai")
 * }).pipe(Effect.provide(Vendo.layer))
 * ```
 */
import { Context, type Duration, Effect, Layer, Option, type Redacted, Result, Stream } from "effect"
import { FetchHttpClient, type HttpClient, type HttpClientError } from "effect/http"
import { type Balance, Billing, type Period, type SpendCaps, type Usage } from "@vendodev/client/Billing"
import * as Client from "@vendodev/client/Client"
import { type Connection, Connections } from "@vendodev/client/Connections"
import { type ConnectOptions, ConnectSessions } from "@vendodev/client/ConnectSessions"
import { Environment } from "@vendodev/client/Environment"
import { type EventMessage, Events } from "@vendodev/client/Events"
import type { Failure } from "@vendodev/client/Failure"
import type { HeadersLike } from "@vendodev/client/headerOf"
import { type Integration, Integrations } from "@vendodev/client/Integrations"
import { type Options, resolve, type Settings } from "@vendodev/client/Settings"
import type { Token } from "@vendodev/client/Token"
import { Tokens } from "@vendodev/client/Tokens"
import { Transport } from "@vendodev/client/Transport"
import { verifyWebhook, type WebhookEvent, type WebhookOptions } from "@vendodev/client/verifyWebhook"
import * as configEnvironment from "./configEnvironment.ts"
import { fromFailure } from "./fromFailure.ts"
import * as httpTransport from "./httpTransport.ts"
import { session } from "./session.ts"
import { AppUnknown, type VendoError } from "./VendoError.ts"

/** How to listen. Whatever is left out has the default named beside it. */
export interface EventStreamOptions {
  /** Begins after the event of this id, as far back as the service remembers: its last 100. */
  readonly lastEventId?: string | undefined
  /** The longest wait before a new connection: 30 seconds. */
  readonly maxBackoff?: Duration.Duration | undefined
  /** Run before each wait, with which attempt in a row it is, and why. */
  readonly onReconnect?: ((attempt: number, error: VendoError) => Effect.Effect<void>) | undefined
}

const asVendoError = <A, R>(self: Effect.Effect<A, Failure, R>): Effect.Effect<A, VendoError, R> =>
  Effect.mapError(self, fromFailure)

const settings = (options: Options) => asVendoError(resolve(options)).pipe(Effect.provide(configEnvironment.layer))

const noKey = new AppUnknown({ detail: "set VENDO_API_KEY, or pass apiKey", challenge: "none" })

/** Without a key nothing is sent. */
const noTransport = Layer.succeed(Transport, { send: () => Effect.die("a request in OSS mode") })

/** The service: tokens, connections and what else a tool asks of Vendo. Provide `Vendo.layer`. */
export class Vendo extends Context.Service<
  Vendo,
  {
    /** Whether there is a key to a service. Without one, tokens come from the environment (OSS mode). */
    readonly isVendoMode: boolean

    /**
     * A token for an integration, such as `openai`: the variable `VENDO_TOKEN_<SLUG>`; else, in Vendo mode, what the
     * service vends to this deployment or to the user in `UserJwt`; else the integration's conventional variable.
     *
     * A token is handed out again for a minute at most, and never in the last minute of its life. One retry, after
     * `upstream_error`, `unavailable` and `overloaded`.
     */
    readonly token: (slug: string) => Effect.Effect<Redacted.Redacted, VendoError>
    /** The same, with when it expires, its type, and where it came from. */
    readonly credential: (slug: string) => Effect.Effect<Token, VendoError>
    /** Several in one request: for each slug its token, or why there is none. Fails when the caller is refused. */
    readonly tokens: (
      slugs: ReadonlyArray<string>
    ) => Effect.Effect<ReadonlyMap<string, Result.Result<Redacted.Redacted, VendoError>>, VendoError>
    /** Forgets the token kept for a slug and the user in `UserJwt`, so that the next call asks the service. */
    readonly invalidate: (slug: string) => Effect.Effect<void>

    /**
     * An `HttpClient` that puts the token of a slug on every request, over the one it finds. When the provider answers
     * 401, the token is dropped, reported to the service and fetched again, and the request is sent once more.
     */
    readonly session: (
      slug: string
    ) => Effect.Effect<
      HttpClient.HttpClient.With<HttpClientError.HttpClientError | VendoError>,
      never,
      HttpClient.HttpClient
    >

    readonly connections: {
      /** Everything this deployment could use, and what is connected of it. In OSS mode: the variables that are set. */
      readonly list: Effect.Effect<ReadonlyArray<Connection>, VendoError>
      /** None when the deployment has no such integration. */
      readonly get: (slug: string) => Effect.Effect<Option.Option<Connection>, VendoError>
    }

    readonly integrations: {
      /** The catalog: the service's, or in OSS mode that of this release. */
      readonly list: Effect.Effect<ReadonlyArray<Integration>, VendoError>
      /** None for a slug that is not in it. */
      readonly get: (slug: string) => Effect.Effect<Option.Option<Integration>, VendoError>
      /** The variables of an integration, the conventional one first; none for an unknown slug. Asks nobody. */
      readonly envVars: (slug: string) => ReadonlyArray<string>
    }

    /** Vendo mode alone. Money is in whole micros: USD × 10⁶. */
    readonly billing: {
      /** What the tenant has left. */
      readonly balance: Effect.Effect<Balance, VendoError>
      /** How much this deployment may spend, and has. */
      readonly spendCaps: Effect.Effect<SpendCaps, VendoError>
      /** What this deployment used since the beginning of the month, or of the day. */
      readonly usage: (period?: Period) => Effect.Effect<Usage, VendoError>
    }

    /**
     * Where a person connects an account for a slug: the address of a page, good for one use within minutes. It holds
     * a ticket and never the key. Vendo mode alone.
     */
    readonly connectUrl: (slug: string, options?: ConnectOptions) => Effect.Effect<string, VendoError>

    /**
     * What happens to the deployment's connections and money, as it happens. The stream connects again where it broke
     * off, from the last event on, and fails with what will not pass, such as a revoked key. Vendo mode alone.
     */
    readonly events: (options?: EventStreamOptions) => Stream.Stream<EventMessage, VendoError>

    readonly webhooks: {
      /**
       * The event in a webhook request, once its signature and its age hold; `body` is the raw text. Fails with
       * `validation_failed`, whose `field` names what is at fault.
       */
      readonly verify: (
        headers: HeadersLike,
        body: string,
        options?: WebhookOptions
      ) => Effect.Effect<WebhookEvent, VendoError>
    }
  }
>()("@vendodev/effect/Vendo") {
  /** OSS mode: tokens from the environment, whether or not there is a key in it. Needs nothing. */
  static readonly layerEnv: Layer.Layer<Vendo, VendoError> = Layer.unwrap(
    Effect.map(settings({}), (settings) => over({ ...settings, apiKey: Option.none() }))
  ).pipe(Layer.provide(noTransport), Layer.provide(configEnvironment.layer))

  /** Vendo mode, over the `HttpClient` it is given. Fails with `app_unknown` when no key is said or set. */
  static readonly layerHosted = (options: Options = {}): Layer.Layer<Vendo, VendoError, HttpClient.HttpClient> =>
    Layer.unwrap(
      Effect.flatMap(settings(options), (settings) =>
        Option.isNone(settings.apiKey) ? Effect.fail(noKey) : Effect.succeed(over(settings))
      )
    ).pipe(
      // A layer is built once in a program: two services over two clients each need their own.
      Layer.provide(Layer.fresh(httpTransport.layer)),
      Layer.provide(configEnvironment.layer)
    )

  /** What an application wants: Vendo mode where `VENDO_API_KEY` is set, OSS mode where it is not. */
  static readonly layer: Layer.Layer<Vendo, VendoError> = Layer.unwrap(
    Effect.map(settings({}), (settings) => over(settings))
  ).pipe(Layer.provide(httpTransport.layer), Layer.provide([FetchHttpClient.layer, configEnvironment.layer]))
}

/** The service over one client. */
const make = Effect.fnUntraced(function* ({ apiKey }: Settings) {
  const tokens = yield* Tokens
  const connections = yield* Connections
  const integrations = yield* Integrations
  const billing = yield* Billing
  const sessions = yield* ConnectSessions
  const events = yield* Events
  const environment = yield* Environment
  const credential = Effect.fn("Vendo.token")((slug: string) => asVendoError(tokens.get(slug)))

  return Vendo.of({
    isVendoMode: Option.isSome(apiKey),
    token: (slug) => Effect.map(credential(slug), ({ token }) => token),
    credential,
    tokens: Effect.fn("Vendo.tokens")((slugs) =>
      Effect.map(
        asVendoError(tokens.getAll(slugs)),
        (answers) =>
          new Map(
            Array.from(answers, ([slug, answer]) => [
              slug,
              Result.mapBoth(answer, { onSuccess: ({ token }) => token, onFailure: fromFailure })
            ])
          )
      )
    ),
    invalidate: tokens.invalidate,
    session: (slug) => session(tokens, slug),
    connections: {
      list: asVendoError(connections.list).pipe(Effect.withSpan("Vendo.connections.list")),
      get: Effect.fn("Vendo.connections.get")((slug: string) => asVendoError(connections.get(slug)))
    },
    integrations: {
      list: asVendoError(integrations.list).pipe(Effect.withSpan("Vendo.integrations.list")),
      get: Effect.fn("Vendo.integrations.get")((slug: string) => asVendoError(integrations.get(slug))),
      envVars: integrations.envVars
    },
    billing: {
      balance: asVendoError(billing.balance).pipe(Effect.withSpan("Vendo.billing.balance")),
      spendCaps: asVendoError(billing.spendCaps).pipe(Effect.withSpan("Vendo.billing.spendCaps")),
      usage: Effect.fn("Vendo.billing.usage")((period: Period = "month") => asVendoError(billing.usage(period)))
    },
    connectUrl: Effect.fn("Vendo.connectUrl")((slug: string, options: ConnectOptions = {}) =>
      asVendoError(sessions.open(slug, options))
    ),
    events: ({ onReconnect, ...options } = {}) =>
      Stream.unwrap(
        Effect.map(
          asVendoError(
            events.subscribe({
              ...options,
              ...(onReconnect && { onReconnect: (attempt, failure) => onReconnect(attempt, fromFailure(failure)) })
            })
          ),
          (next) => Stream.fromEffectRepeat(asVendoError(next))
        )
      ),
    webhooks: {
      verify: Effect.fn("Vendo.webhooks.verify")((headers: HeadersLike, body: string, options: WebhookOptions = {}) =>
        asVendoError(verifyWebhook(environment, headers, body, options))
      )
    }
  })
})

const over = (settings: Settings) => Layer.effect(Vendo, make(settings)).pipe(Layer.provide(Client.layer(settings)))
