/** A service behind a `Transport`: what it was sent, and what it answers. Only the wire is made up. */
import { Duration, Effect, Layer, Option, Redacted, Ref } from "effect"
import * as Client from "@vendodev/client/Client"
import { Environment } from "@vendodev/client/Environment"
import type { Settings } from "@vendodev/client/Settings"
import { type Answer, type Outgoing, Transport, TransportFailed } from "@vendodev/client/Transport"
import { UserJwt } from "@vendodev/client/UserJwt"

export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly stream?: ReadableStream<Uint8Array>
}

export const failure = (code: string, status: number, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers: { "vendo-error-code": code, ...headers },
  body: { error: code, detail: `the service says ${code}` }
})

export const token = (access_token: string, expires_at: string | null = null): Reply => ({
  body: { access_token, expires_at, token_type: "Bearer" }
})

/** No answer at all. */
export const reset = new TransportFailed({ reason: "ECONNRESET" })

const answerOf = ({ body = {}, headers = {}, status = 200, stream }: Reply): Answer => ({
  status,
  header: (name) => headers[name],
  text: Effect.succeed(typeof body === "string" ? body : JSON.stringify(body)),
  stream: Effect.succeed(stream ?? new ReadableStream())
})

const seenOf = ({ body, headers, method, url }: Outgoing): Seen => ({
  method,
  url,
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === "string" ? value : Redacted.value(value)])
  ),
  body: body === undefined ? undefined : JSON.parse(body)
})

/** Answers each request by what `reply` makes of it and of how many came before. */
export const make = (reply: (seen: Seen, nth: number) => Effect.Effect<Reply, TransportFailed>) =>
  Effect.gen(function* () {
    const ledger = yield* Ref.make<ReadonlyArray<Seen>>([])
    const open = yield* Ref.make(0)
    const layer = Layer.succeed(Transport, {
      send: (outgoing) =>
        Effect.gen(function* () {
          const seen = seenOf(outgoing)
          yield* Effect.acquireRelease(
            Ref.update(open, (n) => n + 1),
            () => Ref.update(open, (n) => n - 1)
          )
          const before = yield* Ref.getAndUpdate(ledger, (all) => [...all, seen])
          return answerOf(yield* reply(seen, before.length))
        })
    })
    /** Exchanges nobody has let go of yet. */
    return { layer, ledger: Ref.get(ledger), open: Ref.get(open) }
  })

/** Answers from a list, one after the other, and the last for ever. */
export const scripted = (...replies: ReadonlyArray<Reply | TransportFailed>) =>
  make((_, nth) => {
    const reply = replies[Math.min(nth, replies.length - 1)] ?? {}
    return reply instanceof TransportFailed ? Effect.fail(reply) : Effect.succeed(reply)
  })

export const settings: Settings = {
  apiKey: Option.some(Redacted.make("vendo_sk_test")),
  baseUrl: "https://vendo.example",
  credentialsUrl: "https://credentials.vendo.example",
  apiVersion: "2026-05-02",
  timeout: Duration.seconds(15),
  retry: { times: 1, base: Duration.millis(200) },
  sandbox: false
}

/** The client over this service, with no variable set but these. */
export const client = (
  service: { readonly layer: Layer.Layer<Transport> },
  variables: Readonly<Record<string, string>> = {},
  changed: Partial<Settings> = {}
) =>
  Client.layer({ ...settings, ...changed }).pipe(
    Layer.provideMerge(Environment.layerOf((name) => variables[name])),
    Layer.provide(service.layer)
  )

export const asUser = (user: string | undefined) =>
  Effect.provideService(UserJwt, user === undefined ? Option.none() : Option.some(Redacted.make(user)))
