/// <reference lib="esnext.disposable" preserve="true" />
/**
 * Vendo for TypeScript with promises.
 *
 * It has no behaviour of its own: it runs the client that the Effect SDK runs,
 * and translates what comes out of it.
 */
import { Duration, Effect, Option, Redacted, Result } from "effect"
import { ConnectSessions } from "@vendodev/client/ConnectSessions"
import type { Fetch } from "@vendodev/client/fetchTransport"
import type { Options, Settings } from "@vendodev/client/Settings"
import { Tokens } from "@vendodev/client/Tokens"
import { UserJwt, userJwt, userJwtOf } from "@vendodev/client/UserJwt"
import {
  type BillingAPI,
  billingApi,
  type Call,
  type ConnectionsAPI,
  connectionsApi,
  type EventsAPI,
  type IntegrationsAPI,
  integrationsApi
} from "./apis.ts"
import { notInOssMode, subscribe } from "./events.ts"
import { credentialOf, tokenOf } from "./present.ts"
import { makeRuntime, now, run, type Runtime, settingsOf, type Work } from "./runtime.ts"
import { type SessionFetch, viaSession } from "./session.ts"
import type { CallOptions, ConnectOptions, CredentialResponse, HeadersLike } from "./types.ts"
import { WebhooksAPI } from "./WebhooksAPI.ts"

/** How often, and how patiently, what failed is asked again. */
export interface RetryOptions {
  /** How many attempts follow the first. */
  readonly times: number
  /** The longest wait before the first of them, in milliseconds; it doubles from one to the next. */
  readonly baseMs: number
}

/** One retry, after at most 200 ms: on `upstream_error`, `unavailable`, `overloaded` and where no answer came. */
export const DEFAULT_RETRY: RetryOptions = { times: 1, baseMs: 200 }

/** What a client is made with. A blank value is one that was not given. */
export interface VendoOptions {
  /** `VENDO_API_KEY`. Without one, tokens come from the environment (OSS mode). */
  readonly apiKey?: string | undefined
  /** Where the service is: `VENDO_BASE_URL`, or `https://vendo.run`. */
  readonly baseUrl?: string | undefined
  /** Where tokens are vended: `VENDO_CREDENTIALS_URL`, or `<baseUrl>/credentials`. */
  readonly credentialsUrl?: string | undefined
  /** Sent as `Vendo-API-Version`. */
  readonly apiVersion?: string | undefined
  /** The way to the service; not to the providers of `session`. */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined
  /** Milliseconds for the whole of a call, its retry included: `VENDO_TIMEOUT_MS`, or 15000. */
  readonly timeoutMs?: number | undefined
  /** `DEFAULT_RETRY`, unless it is said. `times: 0` asks once. */
  readonly retry?: RetryOptions | undefined
}

/** Whatever `fetch` is when it is called. */
const globalFetch: Fetch = (url, init) => globalThis.fetch(url, init)

const said = ({ apiKey, retry = DEFAULT_RETRY, timeoutMs, ...addresses }: VendoOptions): Options => ({
  ...addresses,
  apiKey: apiKey === undefined ? undefined : Redacted.make(apiKey),
  timeout: timeoutMs === undefined ? undefined : Duration.millis(timeoutMs),
  retry: { times: retry.times, base: Duration.millis(retry.baseMs) }
})

interface Shared {
  readonly settings: Settings
  readonly runtime: Runtime
}

/** What a client made for a user takes over from the one it was made by. */
const inherited = Symbol("inherited")

interface Inherited {
  readonly [inherited]: Shared & { readonly user: Redacted.Redacted }
}

const isInherited = (options: VendoOptions | Inherited): options is Inherited => inherited in options

/**
 * A client of the service, or of the environment where there is no key (OSS mode).
 *
 * Make one for the life of the process. `forRequest` and `forUser` make cheap ones from it, for one user each.
 */
export class Vendo {
  readonly #shared: Shared
  readonly #user: Option.Option<Redacted.Redacted>

  /** What is connected for this deployment, or for the user of `forUser`. Both modes. */
  readonly connections: ConnectionsAPI
  /** What could be connected. Both modes. */
  readonly integrations: IntegrationsAPI
  /** What is left and what was used. Vendo mode alone. */
  readonly billing: BillingAPI
  /** What happens, as it happens. Vendo mode alone. */
  readonly events: EventsAPI
  /** Checks what is pushed to the tool. Both modes. */
  readonly webhooks: WebhooksAPI = new WebhooksAPI()

  /**
   * Whatever is left out comes from the environment. Without a key this is OSS mode, in which tokens are read from the
   * environment and nothing is sent. Throws `ValidationError` for an address or a time that is none, and `AuthError` for a
   * key that holds what no header can carry.
   */
  constructor(options?: VendoOptions)
  constructor(options: VendoOptions | Inherited = {}) {
    if (isInherited(options)) {
      const { user, ...shared } = options[inherited]
      this.#shared = shared
      this.#user = Option.some(user)
    } else {
      const settings = settingsOf(said(options))
      this.#shared = { settings, runtime: makeRuntime(settings, options.fetch ?? globalFetch) }
      this.#user = Option.none()
    }
    const call: Call = (work, options) => this.#call(work, options)
    this.connections = connectionsApi(call)
    this.integrations = integrationsApi(call)
    this.billing = billingApi(call)
    this.events = {
      subscribe: (options = {}) => {
        this.#needsVendoMode("the event stream")
        // Who goes through it again listens again.
        return { [Symbol.asyncIterator]: () => subscribe(this.#shared.runtime, this.#user, options) }
      }
    }
  }

  /** Whether there is a key to a service. */
  isVendoMode(): boolean {
    return Option.isSome(this.#shared.settings.apiKey)
  }

  /**
   * A token for an integration, such as `openai`: the variable `VENDO_TOKEN_<SLUG>`; else, in Vendo mode, what the
   * service vends; else the integration's conventional variable.
   *
   * A token is handed out again for a minute at most, and never in the last minute of its life: ask each time, and
   * keep none. Throws `NotConnected`, `NeedsReauth`, `AuthError`, `UpstreamError` or another `VendoError`.
   */
  token(slug: string, options?: CallOptions): Promise<string> {
    return this.#call(Effect.map(this.#token(slug), tokenOf), options)
  }

  /**
   * Several tokens in one request, by slug; null for each that there is none for. Throws when the caller as a whole is
   * refused (`AuthError`) or the service does not answer (`UpstreamError`).
   */
  tokens(slugs: ReadonlyArray<string>, options?: CallOptions): Promise<Record<string, string | null>> {
    const all = Effect.flatMap(Tokens, (tokens) => tokens.getAll(slugs))
    return this.#call(
      Effect.map(all, (answers) =>
        Object.fromEntries(
          Array.from(answers, ([slug, answer]) => [slug, Result.isSuccess(answer) ? tokenOf(answer.success) : null])
        )
      ),
      options
    )
  }

  /**
   * A token with when it expires, in the shape the service answers; `expires_at` is null for one from the environment.
   * Otherwise as `token`.
   */
  getCredential(slug: string, options?: CallOptions): Promise<CredentialResponse> {
    return this.#call(Effect.map(this.#token(slug), credentialOf), options)
  }

  /** Forgets the token kept for a slug, so that the next call asks the service. Nothing to do in OSS mode. */
  invalidate(slug: string): void {
    this.#shared.runtime.runSync(
      Effect.provideService(
        Effect.flatMap(Tokens, (tokens) => tokens.invalidate(slug)),
        UserJwt,
        this.#user
      )
    )
  }

  /**
   * A client for the user whose token a request brought in `X-Vendo-User-JWT`: every call of it means that user's
   * connections. This client stays as it is. Takes Fetch `Headers`, Node's and Express's `req.headers`, any mapping.
   *
   * Throws `VendoOnlyFeature` in OSS mode, `IdentityNotPresent` when the header is missing or blank, and `AuthError`
   * when it can be no token.
   */
  forRequest(headers: HeadersLike): Vendo {
    this.#needsVendoMode("forRequest")
    return this.#scopedTo(now(userJwtOf(headers)))
  }

  /**
   * A client for the user of a token, such as one that came with a job of a queue. The token is sent as it is: one that
   * expired while the job waited is refused with `AuthError`. Otherwise as `forRequest`.
   */
  forUser(jwt: string): Vendo {
    this.#needsVendoMode("forUser")
    return this.#scopedTo(now(userJwt(jwt)))
  }

  /**
   * A drop-in `fetch` for a provider, which puts the token of a slug on every request. When the provider answers 401,
   * the token is dropped, reported to the service and fetched again, and the request is sent once more; a body that
   * can only be read once, other than a `ReadableStream`, is not sent again. Throws as `token` does, and what `fetch`
   * throws; an answer of the provider is returned, whatever its status.
   */
  session(slug: string, options: { readonly fetch?: SessionFetch | undefined } = {}): SessionFetch {
    const fetch: SessionFetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
    return (input, init) => {
      const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined)
      return this.#call(viaSession(fetch, slug, input, init), { signal })
    }
  }

  /**
   * Where a person connects an account for a slug: the address of a page, good for one use within minutes. A promise,
   * because it opens a session at the service, so that no key stands in a URL. Throws `VendoOnlyFeature` in OSS mode.
   */
  connectUrl(slug: string, options: ConnectOptions & CallOptions = {}): Promise<string> {
    return this.#call(
      Effect.flatMap(ConnectSessions, (sessions) => sessions.open(slug, options)),
      options
    )
  }

  /**
   * Ends the client's work, and with it the loops over its events. A client made by `forUser` or `forRequest` leaves that
   * to the one it was made by.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (Option.isNone(this.#user)) await this.#shared.runtime.dispose()
  }

  #token(slug: string) {
    return Effect.flatMap(Tokens, (tokens) => tokens.get(slug))
  }

  #call<A>(work: Work<A>, options?: CallOptions): Promise<A> {
    return run(this.#shared.runtime, this.#user, work, options?.signal)
  }

  #needsVendoMode(what: string): void {
    if (!this.isVendoMode()) throw notInOssMode(what)
  }

  #scopedTo(user: Redacted.Redacted): Vendo {
    const options: VendoOptions & Inherited = { [inherited]: { ...this.#shared, user } }
    return new Vendo(options)
  }
}
