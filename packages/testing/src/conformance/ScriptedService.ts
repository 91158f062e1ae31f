/** The service and a provider of a vector, each on a real socket: they answer what the script says, and keep count. */
import { Effect, Scope } from "effect"
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http"
import { type Addresses, prepare } from "./prepare.ts"
import { type Arrived, Script } from "./Script.ts"
import type { Exchange, Vector } from "./Vector.ts"

export interface Scripted {
  /** The vector with its placeholders filled. */
  readonly vector: Vector
  /** What did not happen as the vector says, in words. */
  readonly problems: () => ReadonlyArray<string>
}

const half = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"access_token":"half_a_tok`
const faults = {
  // The request was read to its end, so this is no refusal to connect.
  reset: ({ socket }: IncomingMessage) => void socket.resetAndDestroy(),
  hang: () => {},
  stall: ({ socket }: IncomingMessage) => void socket.write(half),
  truncate: ({ socket }: IncomingMessage) => void socket.end(half),
  garbage: ({ socket }: IncomingMessage) => void socket.end("\u0016\u0003\u0001 this is no HTTP\r\n\r\n")
}

const answer = (exchange: Exchange | undefined, request: IncomingMessage, response: ServerResponse): void => {
  if (exchange === undefined) {
    response.writeHead(400, { "vendo-error-code": "request_invalid" }).end("nobody expected this request")
  } else if ("fault" in exchange.answer) {
    faults[exchange.answer.fault](request)
  } else {
    const { headers = {}, json, status, text = "" } = exchange.answer
    const type = json === undefined ? {} : { "content-type": "application/json" }
    response.writeHead(status, { ...type, ...headers }).end(json === undefined ? text : JSON.stringify(json))
  }
}

/** Whatever comes to one of the two listeners, through the script. */
const listener =
  (at: Arrived["at"], script: () => Script): RequestListener =>
  (request, response) => {
    const { headers, method = "", url: path = "" } = request
    const chunks: Array<Buffer> = []
    request.on("data", (chunk) => chunks.push(chunk))
    request.on("end", () => {
      const exchange = script().next({ at, method, path, headers, body: Buffer.concat(chunks).toString("utf8") })
      answer(exchange, request, response)
      script().answered()
    })
  }

const listen = (requests: RequestListener): Effect.Effect<string, never, Scope.Scope> => {
  const server = createServer(requests)
  return Effect.acquireRelease(
    Effect.callback<string>((resume) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        resume(Effect.succeed(`http://127.0.0.1:${port}`))
      })
    }),
    () =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      })
  )
}

/** Listens until the scope closes. */
export const scripted = Effect.fnUntraced(function* (vector: Vector) {
  let script = new Script(vector)
  const addresses: Addresses = {
    base_url: yield* listen(listener("service", () => script)),
    provider_url: yield* listen(listener("provider", () => script))
  }
  const ready = yield* prepare(vector, addresses)
  script = new Script(ready)
  const result: Scripted = { vector: ready, problems: () => script.problems() }
  return result
})
