/** From a step of a conformance vector to a call of the Effect SDK. */
import { Cause, ConfigProvider, DateTime, Duration, Effect, Layer, Option, Redacted, Result } from "effect"
import { FetchHttpClient, HttpClientRequest } from "effect/http"
import * as Args from "@vendodev/testing/conformance/args"
import type { Adapter, Outcome, Seen } from "@vendodev/testing/conformance/conform"
import type { Step, Vector } from "@vendodev/testing/conformance/Vector"
import { wireField, wireNames } from "@vendodev/testing/conformance/wireNames"
import { BrokerError, type Connection, forRequest, forUser, Vendo, type VendoError } from "../src/index.ts"

type Client = Vendo["Service"]

/** With what the vector says, or, as most programs do, with nothing but the environment. */
const layerOf = ({ options }: Vector): Layer.Layer<Vendo, VendoError> => {
  if (options === undefined) return Vendo.layer
  const { api_key, api_version, base_url, credentials_url, retry, timeout_ms } = options
  return Vendo.layerHosted({
    apiKey: api_key === undefined ? undefined : Redacted.make(api_key),
    baseUrl: base_url,
    credentialsUrl: credentials_url,
    apiVersion: api_version,
    timeout: timeout_ms === undefined ? undefined : Duration.millis(timeout_ms),
    ...(retry && { retry: { times: retry.times, base: Duration.millis(retry.base_ms) } })
  }).pipe(Layer.provide(FetchHttpClient.layer))
}

const opened = (connection: Connection) => ({
  ...connection,
  apiKey: connection.apiKey && Redacted.value(connection.apiKey),
  connectedAt: connection.connectedAt && DateTime.formatIso(connection.connectedAt),
  credential:
    connection.credential &&
    Object.fromEntries(Object.entries(connection.credential).map(([name, secret]) => [name, Redacted.value(secret)]))
})

type Call = (vendo: Client, args: ReadonlyArray<unknown>) => Effect.Effect<unknown, VendoError>

const throughSession: Call = (vendo, args) =>
  Effect.gen(function* () {
    const [slug, { body, headers = {}, method = "GET", url }] = Args.Request(args)
    const client = yield* vendo.session(slug)
    const request = HttpClientRequest.make(method === "POST" ? "POST" : "GET")(url, { headers })
    const response = yield* client.execute(body === undefined ? request : HttpClientRequest.bodyText(request, body))
    return { status: response.status, body: yield* response.text }
  }).pipe(Effect.catchTag("HttpClientError", Effect.die), Effect.provide(FetchHttpClient.layer))

const credential: Call = (vendo, args) =>
  Effect.map(vendo.credential(...Args.Slug(args)), ({ expiresAt, token, tokenType }) => ({
    access_token: Redacted.value(token),
    expires_at: Option.getOrNull(Option.map(expiresAt, DateTime.formatIso)),
    token_type: tokenType
  }))

const tokens: Call = (vendo, args) =>
  Effect.map(vendo.tokens(...Args.Slugs(args)), (all) =>
    Object.fromEntries(
      Array.from(all, ([slug, one]) => [slug, Result.isSuccess(one) ? Redacted.value(one.success) : null])
    )
  )

const connect: Call = (vendo, args) => {
  const [slug, options = {}] = Args.Connect(args)
  return vendo.connectUrl(slug, { returnTo: options.return_to, state: options.state })
}

const verify: Call = (vendo, args) => {
  const [headers, body, { max_age_seconds, secret } = {}] = Args.Webhook(args)
  return vendo.webhooks.verify(headers, body, {
    secret: secret === undefined ? undefined : Redacted.make(secret),
    maxAge: max_age_seconds === undefined ? undefined : Duration.seconds(max_age_seconds)
  })
}

const calls: Readonly<Record<Step["call"], Call>> = {
  client: () => Effect.succeed(null),
  isVendoMode: (vendo) => Effect.succeed(vendo.isVendoMode),
  primaryEnvVar: (vendo, args) => Effect.succeed(vendo.integrations.envVars(...Args.Slug(args))[0] ?? null),
  token: (vendo, args) => Effect.map(vendo.token(...Args.Slug(args)), Redacted.value),
  credential,
  tokens,
  invalidate: (vendo, args) => Effect.as(vendo.invalidate(...Args.Slug(args)), null),
  session: throughSession,
  "connections.list": (vendo) => Effect.map(vendo.connections.list, (all) => all.map(opened)),
  "connections.get": (vendo, args) =>
    Effect.map(vendo.connections.get(...Args.Slug(args)), (found) => Option.getOrNull(Option.map(found, opened))),
  "integrations.list": (vendo) => vendo.integrations.list,
  "integrations.get": (vendo, args) => Effect.map(vendo.integrations.get(...Args.Slug(args)), Option.getOrNull),
  "integrations.envVars": (vendo, args) => Effect.succeed(vendo.integrations.envVars(...Args.Slug(args))),
  "billing.balance": (vendo) => vendo.billing.balance,
  "billing.spendCaps": (vendo) => vendo.billing.spendCaps,
  "billing.usage": (vendo, args) =>
    Effect.map(vendo.billing.usage(...Args.PeriodAsked(args)), (usage) => ({
      ...usage,
      since: DateTime.formatIso(usage.since)
    })),
  connectUrl: connect,
  "webhooks.verify": verify
}

/** By slug, which is no name of a field. */
const bySlug = new Set<Step["call"]>(["tokens"])

/** Of these an error of the table has those that its row names. */
const extras = ["field", "connect_url", "top_up_url", "retry_after"] as const

const known = new Set<string>(BrokerError.members.map((row) => row.fields._tag.schema.literal))

/** The tag is the code. `UnknownCode` is the class of a code that is in no table; one that is has its own. */
const codeOf = (error: VendoError) =>
  error._tag === "unknown_code" && !known.has(error.code) ? error.code : error._tag

const seen = (error: VendoError): Seen => {
  const fields = BrokerError.members.find((row) => row.fields._tag.schema.literal === error._tag)?.fields ?? {}
  const values = new Map<string, unknown>(Object.entries(error))
  const valueOf = (name: string) => {
    const value = values.get(name) ?? null
    return name === "field" && typeof value === "string" ? wireField(value) : value
  }
  return {
    ...(error._tag === "unknown_code" && { class: "VendoError" as const }),
    code: codeOf(error),
    ...Object.fromEntries(extras.filter((name) => name in fields).map((name) => [name, valueOf(name)])),
    text: `${String(error)} ${Cause.pretty(Cause.fail(error))} ${JSON.stringify(error)}`
  }
}

const scoped = ({ as }: Step) => {
  if (as === undefined) return <A>(self: Effect.Effect<A, VendoError>) => self
  return "user" in as ? forUser(as.user) : forRequest(as.headers)
}

const outcomeOf = (step: Step, value: unknown): Outcome => ({
  result: bySlug.has(step.call) ? value : wireNames(value ?? null)
})

export const effectAdapter: Adapter = Effect.fnUntraced(function* (vector) {
  const provider = ConfigProvider.fromEnv({ env: vector.environment })
  const inEnvironment = Effect.provideService(ConfigProvider.ConfigProvider, provider)
  const made = yield* Layer.build(layerOf(vector)).pipe(Effect.result, inEnvironment)

  return (step) =>
    Effect.gen(function* () {
      if (Result.isFailure(made)) return yield* made.failure
      const vendo = yield* Effect.provideContext(Vendo, made.success)
      return yield* scoped(step)(calls[step.call](vendo, step.args ?? []))
    }).pipe(
      Effect.match({ onSuccess: (value) => outcomeOf(step, value), onFailure: (error) => ({ error: seen(error) }) }),
      inEnvironment
    )
})
