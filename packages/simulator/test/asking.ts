/** How the tests ask: over a socket as the broker does, in the process, and byte by byte. */
import { Effect, type Layer, Schema } from "effect"
import { FetchHttpClient, HttpClient, HttpClientRequest, type HttpMethod } from "effect/http"
import { connect } from "node:net"
import { defaultSettings } from "@vendodev/simulator/World"

export const apiKey = defaultSettings.apiKey
export const api = "/api/v3.1"
export const one = (id: string) => `${api}/connected_accounts/${id}`

export interface Asked {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

interface Question {
  readonly method?: HttpMethod.HttpMethod
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** With the right key, unless other headers are given. */
export const asking =
  (baseUrl: string, client: Layer.Layer<HttpClient.HttpClient>) =>
  ({ body, headers = { "x-api-key": apiKey }, method = "GET", path }: Question) =>
    Effect.gen(function* () {
      const plain = HttpClientRequest.make(method)(baseUrl + path, { headers })
      const request = body === undefined ? plain : HttpClientRequest.bodyJsonUnsafe(plain, body)
      const response = yield* HttpClient.execute(request)
      const asked: Asked = { status: response.status, headers: response.headers, text: yield* response.text }
      return asked
    }).pipe(
      Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" }),
      Effect.provideService(HttpClient.TracerDisabledWhen, () => true),
      Effect.provide(client)
    )

const Body = Schema.Struct({
  id: Schema.String,
  status: Schema.String,
  status_reason: Schema.NullOr(Schema.String),
  updated_at: Schema.String,
  auth_config: Schema.Struct({ is_disabled: Schema.Boolean, is_composio_managed: Schema.Boolean }),
  is_disabled: Schema.Boolean,
  toolkit: Schema.Struct({ slug: Schema.String }),
  state: Schema.Struct({ authScheme: Schema.String, val: Schema.Record(Schema.String, Schema.Unknown) })
})

/** The body of an account that is said in the documented way. */
export const accountIn = ({ text }: Asked) => Schema.decodeUnknownSync(Schema.fromJsonString(Body))(text)

export const tokenIn = (asked: Asked) => String(accountIn(asked).state.val["access_token"])

export const jsonIn = ({ text }: Asked) => Schema.decodeUnknownSync(Schema.fromJsonString(Schema.JsonObject))(text)

/** Everything that comes until the connection ends, and how it ended. */
export const raw = (port: number, path: string): Effect.Effect<{ readonly bytes: Buffer; readonly reset: boolean }> =>
  Effect.callback((resume) => {
    const socket = connect(port, "127.0.0.1")
    const chunks: Array<Buffer> = []
    const lines = [`GET ${path} HTTP/1.1`, "host: simulator", `x-api-key: ${apiKey}`, "connection: close", "", ""]
    socket.on("connect", () => socket.write(lines.join("\r\n")))
    socket.on("data", (chunk) => chunks.push(chunk))
    let reset = false
    socket.on("error", () => (reset = true))
    socket.on("close", () => resume(Effect.succeed({ bytes: Buffer.concat(chunks), reset })))
    return Effect.sync(() => socket.destroy())
  })
