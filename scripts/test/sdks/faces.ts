/** Both SDKs, behind one face: what a tool can ask, and what it is told. */
import { Effect, Layer, Option, Redacted, Result, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import * as Sdk from "@vendodev/effect"
import { Vendo } from "@vendodev/sdk"

/** What a call came to: an answer, or the code of what went wrong. */
export type Told<A> = Effect.Effect<A, string>

export interface Face {
  readonly token: (slug: string) => Told<string>
  readonly tokens: (slugs: ReadonlyArray<string>) => Told<Readonly<Record<string, string | null>>>
  readonly connection: (slug: string) => Told<{
    readonly status: string
    readonly credential: Readonly<Record<string, string>> | null
    readonly envBootstrap: unknown
    readonly context: unknown
  } | null>
  readonly integrations: Told<ReadonlyArray<string>>
  readonly money: Told<{ readonly left: number; readonly dailyCap: number | null; readonly used: number }>
  readonly connectUrl: (slug: string) => Told<string>
  /** Status and text of what a provider answers. */
  readonly provider: (slug: string, url: string) => Told<{ readonly status: number; readonly text: string }>
  /** Kinds and slugs of the next events, as soon as there are so many. */
  readonly events: (count: number) => Told<ReadonlyArray<string>>
  readonly forUser: (jwt: string) => Face
}

export interface Place {
  readonly baseUrl: string
  readonly fetch: typeof globalThis.fetch
}

/** `connection.connected notion`. */
const brief = (type: string, data: unknown) =>
  `${type} ${typeof data === "object" && data !== null && "slug" in data ? String(data.slug) : ""}`.trim()

const codeOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error ? String(error.code) : String(error)

const asked = <A>(call: (signal: AbortSignal) => Promise<A>): Told<A> => Effect.tryPromise({ try: call, catch: codeOf })

const promiseFace = (client: Vendo): Face => ({
  token: (slug) => asked((signal) => client.token(slug, { signal })),
  tokens: (slugs) => asked((signal) => client.tokens(slugs, { signal })),
  connection: (slug) =>
    asked(async (signal) => {
      const found = await client.connections.get(slug, { signal })
      if (found === null) return null
      const { context, credential, envBootstrap, status } = found
      return { context, credential, envBootstrap, status }
    }),
  integrations: asked(async (signal) => (await client.integrations.list({ signal })).map(({ slug }) => slug)),
  money: asked(async (signal) => {
    const { creditsRemainingMicros } = await client.billing.balance({ signal })
    const { dailyMicros } = await client.billing.spendCaps({ signal })
    const { totalMicros } = await client.billing.usage({ period: "day", signal })
    return { left: creditsRemainingMicros, dailyCap: dailyMicros, used: totalMicros }
  }),
  connectUrl: (slug) => asked((signal) => client.connectUrl(slug, { signal })),
  provider: (slug, url) =>
    asked(async (signal) => {
      const response = await client.session(slug)(url, { signal })
      return { status: response.status, text: await response.text() }
    }),
  events: (count) =>
    asked(async (signal) => {
      const heard: Array<string> = []
      for await (const { data, type } of client.events.subscribe({ signal, lastEventId: "0" })) {
        heard.push(brief(type, data))
        if (heard.length === count) break
      }
      return heard
    }),
  forUser: (jwt) => promiseFace(client.forUser(jwt))
})

const promise = ({ baseUrl, fetch }: Place, key: string): Effect.Effect<Face> =>
  Effect.sync(() => promiseFace(new Vendo({ apiKey: key, baseUrl, fetch })))

const untagged = <A, R>(self: Effect.Effect<A, { readonly _tag: string }, R>): Effect.Effect<A, string, R> =>
  Effect.mapError(self, ({ _tag }) => _tag)

const effectFace = (
  vendo: Sdk.Vendo["Service"],
  as: <A, E>(self: Effect.Effect<A, E>) => Effect.Effect<A, E | Sdk.VendoError>
): Face => {
  const ask = <A>(self: Effect.Effect<A, { readonly _tag: string }>): Told<A> => untagged(as(self))
  return {
    token: (slug) => ask(Effect.map(vendo.token(slug), Redacted.value)),
    tokens: (slugs) =>
      ask(
        Effect.map(vendo.tokens(slugs), (answers) =>
          Object.fromEntries(
            Array.from(answers, ([slug, answer]) => [
              slug,
              Result.isSuccess(answer) ? Redacted.value(answer.success) : null
            ])
          )
        )
      ),
    connection: (slug) =>
      ask(
        Effect.map(vendo.connections.get(slug), (found) =>
          Option.getOrNull(
            Option.map(found, ({ context, credential, envBootstrap, status }) => ({
              context,
              credential:
                credential &&
                Object.fromEntries(Object.entries(credential).map(([name, value]) => [name, Redacted.value(value)])),
              envBootstrap,
              status
            }))
          )
        )
      ),
    integrations: ask(Effect.map(vendo.integrations.list, (all) => all.map(({ slug }) => slug))),
    money: ask(
      Effect.gen(function* () {
        const { creditsRemainingMicros } = yield* vendo.billing.balance
        const { dailyMicros } = yield* vendo.billing.spendCaps
        const { totalMicros } = yield* vendo.billing.usage("day")
        return { left: creditsRemainingMicros, dailyCap: dailyMicros, used: totalMicros }
      })
    ),
    connectUrl: (slug) => ask(vendo.connectUrl(slug)),
    provider: (slug, url) =>
      ask(
        Effect.gen(function* () {
          const client = yield* vendo.session(slug)
          const response = yield* client.get(url)
          return { status: response.status, text: yield* response.text }
        }).pipe(Effect.provide(FetchHttpClient.layer))
      ),
    events: (count) =>
      ask(
        vendo.events({ lastEventId: "0" }).pipe(
          Stream.take(count),
          Stream.map(({ data, type }) => brief(type, data)),
          Stream.runCollect
        )
      ),
    forUser: (jwt) => effectFace(vendo, Sdk.forUser(jwt))
  }
}

const effect = ({ baseUrl, fetch }: Place, key: string) =>
  Effect.map(
    Layer.build(
      Sdk.Vendo.layerHosted({ apiKey: Redacted.make(key), baseUrl }).pipe(
        Layer.provide(Layer.fresh(FetchHttpClient.layer)),
        Layer.provide(Layer.succeed(FetchHttpClient.Fetch, fetch))
      )
    ),
    (context) => effectFace(Sdk.Vendo.pipe(Effect.provide(context), Effect.runSync), (self) => self)
  )

/** By the SDK behind it. */
export const faces = { promise, effect }
