/** Settings about the world outside: Composio, who vouches for users, how we are reached, who watches. */
import { Array, Config, Effect, Option, Redacted } from "effect"
import type { ExternalIssuer } from "@vendodev/broker/access/UserIdentitySettings"
import { isSafeKeySetUrl } from "@vendodev/broker/access/jwksUrl"
import { faultOfBaseUrl } from "@vendodev/broker/upstream/composioAddress"
import { textOf } from "./asking.ts"
import { checked, expecting, fromVariable, type Problems } from "./setting.ts"

const visible = /^[!-~]+$/

export const isUrl = (text: string) => {
  const url = URL.parse(text)
  return (
    visible.test(text) &&
    url !== null &&
    (url.protocol === "https:" || url.protocol === "http:") &&
    url.username === "" &&
    url.password === "" &&
    !/[?#]/.test(text)
  )
}

/** Without it no connection is refreshed by Composio. */
export const composioKey = fromVariable("COMPOSIO_API_KEY").pipe(
  checked((key) => visible.test(key), "COMPOSIO_API_KEY must be the key of a Composio project, in plain ASCII"),
  Effect.map(Option.map((key) => Redacted.make(key, { label: "Composio key" })))
)

export const composioUrl = fromVariable("COMPOSIO_BASE_URL").pipe(
  Effect.map(Option.getOrElse(() => "https://backend.composio.dev")),
  Effect.filterOrFail(
    (url) => Option.isNone(faultOfBaseUrl(url)),
    (url): Problems => `COMPOSIO_BASE_URL: ${Option.getOrElse(faultOfBaseUrl(url), () => "")}`
  )
)

/** Said by the script that starts a simulator beside the server, and by nobody else. */
export const composioIsSimulated = Config.Boolean("COMPOSIO_SIMULATED").pipe(
  Config.withDefault(false),
  expecting("COMPOSIO_SIMULATED must be true or false")
)

/** One address in place of every provider's, for development. */
export const providersUrl = fromVariable("VENDO_PROVIDERS_URL").pipe(
  checked(
    (text) => Option.isNone(faultOfBaseUrl(text)) && !text.endsWith("/"),
    "VENDO_PROVIDERS_URL must be an https URL, or an http URL of this machine, without a trailing slash; it is for development"
  )
)

/** Where people reach this service. */
export const publicUrl = fromVariable("VENDO_PUBLIC_URL").pipe(
  checked(
    (url) => isUrl(url) && !url.endsWith("/"),
    "VENDO_PUBLIC_URL must be an http or https URL without a trailing slash, such as https://vendo.example.com"
  )
)

const keySetOf = (text: string): ExternalIssuer["jwks"] | undefined => {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(text)) return { file: text }
  return visible.test(text) && isSafeKeySetUrl(text) ? { url: text } : undefined
}

/** All three or none: a part of it would verify nothing. */
export const userIssuer = Effect.gen(function* () {
  const given = yield* Effect.all({
    VENDO_USER_JWT_ISSUER: fromVariable("VENDO_USER_JWT_ISSUER"),
    VENDO_USER_JWT_AUDIENCE: fromVariable("VENDO_USER_JWT_AUDIENCE"),
    VENDO_USER_JWKS: fromVariable("VENDO_USER_JWKS")
  })
  const all = Option.all(given)
  const names = Object.entries<Option.Option<string>>(given)
  const isMissing = names.flatMap(([name, value]) => (Option.isNone(value) ? [name] : []))
  const keySet = Option.map(given.VENDO_USER_JWKS, keySetOf)
  const problems = [
    ...(isMissing.length === names.length
      ? []
      : isMissing.map((name) => `${name} must be set, for the other settings of user tokens are`)),
    ...(Option.isSome(keySet) && keySet.value === undefined
      ? ["VENDO_USER_JWKS must be an https URL, an http URL of this machine, or the path of a file"]
      : [])
  ]
  if (Array.isReadonlyArrayNonEmpty(problems)) return yield* Effect.fail<Problems>(problems)
  return Option.flatMap(all, ({ VENDO_USER_JWT_AUDIENCE: audience, VENDO_USER_JWT_ISSUER: issuer }) =>
    Option.map(Option.flatMap(keySet, Option.fromUndefinedOr), (jwks): ExternalIssuer => ({ issuer, audience, jwks }))
  )
})

/** Where traces, metrics and logs go. */
export interface Telemetry {
  readonly endpoint: string
  readonly headers: Redacted.Redacted<Readonly<Record<string, string>>>
  readonly serviceName: string
}

/** `name=value,name=value`, percent-encoded, as OpenTelemetry has it. */
const headersOf = (text: string): Readonly<Record<string, string>> | undefined => {
  const entries = text.split(",").flatMap((entry) => {
    const [, name = "", encoded = ""] = /^\s*([\w.-]+)\s*=\s*([!-~]*)\s*$/.exec(entry) ?? []
    const value = textOf(encoded)
    return name !== "" && value !== undefined && /^[ -~]*$/.test(value) ? [[name.toLowerCase(), value] as const] : []
  })
  return entries.length === text.split(",").length ? Object.fromEntries(entries) : undefined
}

/** Nothing leaves this process unless somewhere is named. */
export const telemetry = Effect.gen(function* () {
  const endpoint = yield* fromVariable("OTEL_EXPORTER_OTLP_ENDPOINT").pipe(
    checked(isUrl, "OTEL_EXPORTER_OTLP_ENDPOINT must be an http or https URL, such as http://127.0.0.1:4318")
  )
  const headers = Option.map(yield* fromVariable("OTEL_EXPORTER_OTLP_HEADERS"), headersOf)
  if (Option.isSome(headers) && headers.value === undefined) {
    return yield* Effect.fail<Problems>("OTEL_EXPORTER_OTLP_HEADERS must be a list of name=value, separated by commas")
  }
  const serviceName = Option.getOrElse(yield* fromVariable("OTEL_SERVICE_NAME"), () => "vendo")
  return Option.map(endpoint, (endpoint): Telemetry => ({
    endpoint,
    headers: Redacted.make(Option.getOrUndefined(headers) ?? {}, { label: "telemetry headers" }),
    serviceName
  }))
})
