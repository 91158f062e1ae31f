/** Where the service is and who asks, from what the caller said and, failing that, from the environment. */
import { Duration, Effect, Option, Redacted } from "effect"
import { Environment, present } from "./Environment.ts"
import { Failure, invalid } from "./Failure.ts"

/** How often, and how patiently, what failed is asked again. */
export interface Retry {
  /** How many attempts follow the first. */
  readonly times: number
  /** The longest wait before the first of them; it doubles from one to the next. */
  readonly base: Duration.Duration
}

/** What may be said; whatever is left out comes from the variable named beside it. */
export interface Options {
  /** `VENDO_API_KEY`. Without one this is OSS mode. */
  readonly apiKey?: Redacted.Redacted | undefined
  /** `VENDO_BASE_URL`, or `https://vendo.run`. */
  readonly baseUrl?: string | undefined
  /** `VENDO_CREDENTIALS_URL`, or what follows from the base URL. */
  readonly credentialsUrl?: string | undefined
  /** Sent as `Vendo-API-Version`. */
  readonly apiVersion?: string | undefined
  /** `VENDO_TIMEOUT_MS`, or 15 seconds: for the whole of a call, its retry included. */
  readonly timeout?: Duration.Duration | undefined
  readonly retry?: Retry | undefined
}

export interface Settings {
  readonly apiKey: Option.Option<Redacted.Redacted>
  readonly baseUrl: string
  readonly credentialsUrl: string
  readonly apiVersion: string
  readonly timeout: Duration.Duration
  readonly retry: Retry
  /** In a sandbox exclusive credentials are not even listed: `VENDO_SANDBOX=1`. */
  readonly sandbox: boolean
}

export const defaultBaseUrl = "https://vendo.run"
const defaultCredentialsUrl = "https://credentials.vendo.run"
export const defaultApiVersion = "2026-05-02"
export const defaultRetry: Retry = { times: 1, base: Duration.millis(200) }
const defaultTimeout = Duration.seconds(15)

/** `https://host[/path]`, without what a URL may carry besides. `/api` at its end is taken as said twice. */
const address = (field: string, text: string): Effect.Effect<string, Failure> => {
  const wrong = invalid(field, `${field} must be an http or https URL without user, query or fragment`)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) return Effect.fail(wrong)
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") return Effect.fail(wrong)
  return Effect.succeed(`${url.origin}${url.pathname}`.replace(/\/+$/, ""))
}

/** What a header can carry. Anything else was not copied whole. */
const key = (apiKey: Option.Option<Redacted.Redacted>): Effect.Effect<Option.Option<Redacted.Redacted>, Failure> =>
  Option.exists(apiKey, (key) => !/^[!-~]+$/.test(Redacted.value(key))) ? Effect.fail(notKey) : Effect.succeed(apiKey)

const notKey = new Failure({
  code: "app_unknown",
  detail: "the API key holds spaces or other characters no key has; copy VENDO_API_KEY again"
})

const milliseconds = (text: string): Effect.Effect<Duration.Duration, Failure> =>
  /^[1-9]\d{0,8}$/.test(text)
    ? Effect.succeed(Duration.millis(Number(text)))
    : Effect.fail(invalid("VENDO_TIMEOUT_MS", "VENDO_TIMEOUT_MS must be a whole number of milliseconds above 0"))

/**
 * The settings a client works with. A blank value is one that was not given.
 *
 * Fails with `validation_failed` for an address or a time that is none, and
 * with `app_unknown` for a key that can not be one.
 */
export const resolve = Effect.fnUntraced(function* (
  options: Options
): Effect.fn.Return<Settings, Failure, Environment> {
  const environment = yield* Environment
  const read = (name: string) => Effect.map(environment.get(name), Option.map(Redacted.value))
  const said = (text: string | undefined) => Option.filter(Option.fromUndefinedOr(text), (text) => text.trim() !== "")
  const either = (option: string | undefined, name: string) =>
    Effect.map(read(name), (variable) => Option.orElse(said(option), () => variable))

  const given = present(options.apiKey === undefined ? undefined : Redacted.value(options.apiKey))
  const apiKey = yield* key(Option.isSome(given) ? given : yield* environment.get("VENDO_API_KEY"))

  const base = yield* either(options.baseUrl, "VENDO_BASE_URL")
  const baseUrl = (yield* address(
    "baseUrl",
    Option.getOrElse(base, () => defaultBaseUrl)
  )).replace(/\/api$/, "")
  const credentials = yield* either(options.credentialsUrl, "VENDO_CREDENTIALS_URL")
  const derived = baseUrl === defaultBaseUrl ? defaultCredentialsUrl : `${baseUrl}/credentials`
  if (options.timeout !== undefined && !Duration.isPositive(options.timeout)) {
    return yield* invalid("timeout", "the time-out must be a time above 0")
  }
  const timeout = yield* read("VENDO_TIMEOUT_MS")

  return {
    apiKey,
    baseUrl,
    credentialsUrl: yield* address(
      "credentialsUrl",
      Option.getOrElse(credentials, () => derived)
    ),
    apiVersion: Option.getOrElse(said(options.apiVersion), () => defaultApiVersion),
    timeout:
      options.timeout ??
      (yield* Option.match(timeout, { onNone: () => Effect.succeed(defaultTimeout), onSome: milliseconds })),
    retry: options.retry ?? defaultRetry,
    sandbox: Option.contains(yield* read("VENDO_SANDBOX"), "1")
  }
})
