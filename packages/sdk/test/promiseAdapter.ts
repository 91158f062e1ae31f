/** From a step of a conformance vector to a call of the Promise SDK. */
import { Effect } from "effect"
import * as Args from "@vendodev/testing/conformance/args"
import type { Adapter, Outcome, Seen } from "@vendodev/testing/conformance/conform"
import type { Step, Vector } from "@vendodev/testing/conformance/Vector"
import { wireField, wireNames } from "@vendodev/testing/conformance/wireNames"
import { type Connection, primaryEnvVar, Vendo, VendoError, type VendoOptions } from "../src/index.ts"

const optionsOf = ({ options = {} }: Vector): VendoOptions => ({
  apiKey: options.api_key,
  baseUrl: options.base_url,
  credentialsUrl: options.credentials_url,
  apiVersion: options.api_version,
  timeoutMs: options.timeout_ms,
  ...(options.retry && { retry: { times: options.retry.times, baseMs: options.retry.base_ms } })
})

/** What there is none of is an empty text here, and null on the wire. */
const branded = (connection: Connection) => ({
  ...connection,
  logoUrl: connection.logoUrl || null,
  brandColor: connection.brandColor || null,
  docsUrl: connection.docsUrl || null
})

type Call = (vendo: Vendo, args: ReadonlyArray<unknown>) => unknown

const throughSession: Call = async (vendo, args) => {
  const [slug, { url, ...init }] = Args.Request(args)
  const response = await vendo.session(slug)(url, init)
  return { status: response.status, body: await response.text() }
}

const verify: Call = (vendo, args) => {
  const [headers, body, options = {}] = Args.Webhook(args)
  return vendo.webhooks.verify(headers, body, { secret: options.secret, maxAgeSec: options.max_age_seconds })
}

const connect: Call = (vendo, args) => {
  const [slug, options = {}] = Args.Connect(args)
  return vendo.connectUrl(slug, { returnTo: options.return_to, state: options.state })
}

const calls: Readonly<Record<Step["call"], Call>> = {
  client: () => null,
  isVendoMode: (vendo) => vendo.isVendoMode(),
  primaryEnvVar: (_, args) => primaryEnvVar(...Args.Slug(args)),
  token: (vendo, args) => vendo.token(...Args.Slug(args)),
  credential: (vendo, args) => vendo.getCredential(...Args.Slug(args)),
  tokens: (vendo, args) => vendo.tokens(...Args.Slugs(args)),
  invalidate: (vendo, args) => vendo.invalidate(...Args.Slug(args)),
  session: throughSession,
  "connections.list": async (vendo) => (await vendo.connections.list()).map(branded),
  "connections.get": async (vendo, args) => {
    const found = await vendo.connections.get(...Args.Slug(args))
    return found === null ? null : branded(found)
  },
  "integrations.list": (vendo) => vendo.integrations.list(),
  "integrations.get": (vendo, args) => vendo.integrations.get(...Args.Slug(args)),
  "integrations.envVars": (vendo, args) => vendo.integrations.envVars(...Args.Slug(args)),
  "billing.balance": (vendo) => vendo.billing.balance(),
  "billing.spendCaps": (vendo) => vendo.billing.spendCaps(),
  "billing.usage": (vendo, args) => vendo.billing.usage({ period: Args.PeriodAsked(args)[0] }),
  connectUrl: connect,
  "webhooks.verify": verify
}

/** By slug, which is no name of a field. */
const bySlug = new Set<Step["call"]>(["tokens"])

const seen = (error: unknown): Seen => {
  if (!(error instanceof VendoError)) throw error
  return {
    class: Object.getPrototypeOf(error).constructor.name,
    code: error.code,
    status: error.status ?? null,
    slug: error.slug ?? null,
    field: error.field === undefined ? null : wireField(error.field),
    connect_url: error.connectUrl ?? null,
    top_up_url: error.topUpUrl ?? null,
    retry_after: error.retryAfter ?? null,
    text: `${String(error)} ${error.stack} ${JSON.stringify(error)}`
  }
}

const scopedTo = (vendo: Vendo, { as }: Step): Vendo => {
  if (as === undefined) return vendo
  return "user" in as ? vendo.forUser(as.user) : vendo.forRequest(as.headers)
}

/** The variables of the process are the vector's for as long as it runs: one vector at a time. */
const alone = (environment: Vector["environment"]) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const before = process.env
      process.env = { ...environment }
      return before
    }),
    (before) => Effect.sync(() => void (process.env = before))
  )

export const promiseAdapter: Adapter = Effect.fnUntraced(function* (vector) {
  yield* alone(vector.environment)
  let made: Vendo | undefined
  const clients = new Map<string, Vendo>()
  yield* Effect.addFinalizer(() => Effect.promise(async () => made?.[Symbol.asyncDispose]()))

  const clientOf = (step: Step): Vendo => {
    made ??= new Vendo(optionsOf(vector))
    const key = JSON.stringify(step.as)
    const client = clients.get(key) ?? scopedTo(made, step)
    clients.set(key, client)
    return client
  }
  return (step) =>
    Effect.promise(async (): Promise<Outcome> => {
      try {
        const value = await calls[step.call](clientOf(step), step.args ?? [])
        return { result: bySlug.has(step.call) ? value : wireNames(value ?? null) }
      } catch (error) {
        return { error: seen(error) }
      }
    })
})
