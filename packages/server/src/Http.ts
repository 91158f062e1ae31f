/** The listener: Node's server with its limits, and answers of ours where it would give its own. */
import { NodeHttpServer } from "@effect/platform-node"
import { ByteSize, Effect, Layer } from "effect"
import { HttpIncomingMessage, HttpRouter } from "effect/http"
import { randomUUID } from "node:crypto"
import { createServer, type IncomingMessage, type Server } from "node:http"
import type { Duplex } from "node:stream"
import { type BrokerError, MethodNotAllowed, RequestInvalid, TooLarge } from "@vendodev/domain/BrokerError"
import * as Answer from "./Answer.ts"
import { methodsOf } from "./methodsOf.ts"
import * as Routes from "./Routes.ts"
import { Settings } from "./Settings.ts"

/** The largest body of any route: a credential of 16 kB in JSON, and room. */
const maximumBody = ByteSize.kibibytes(64)

/** Node's own limits are made for pages; these are made for calls. */
const limits = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 65_000,
  // Ours to answer: Node would do it without a code.
  requireHostHeader: false
}

const invalid = new RequestInvalid({ detail: "this is not a well-formed HTTP/1.1 request" })

/** What the parser found, by its code. */
const parserFaults: Readonly<Record<string, BrokerError>> = {
  HPE_HEADER_OVERFLOW: new TooLarge({ detail: "the headers are larger than 16 kB", part: "headers" }),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: new RequestInvalid({ detail: "chunk extensions are not accepted" }),
  ERR_HTTP_REQUEST_TIMEOUT: new RequestInvalid({ detail: "the request did not arrive in time" })
}

const finish = (socket: Duplex, error: BrokerError) => {
  if (socket.writable) socket.end(Answer.ofErrorRaw(error, randomUUID()))
  else socket.destroy()
}

/** Answers for what never becomes a request. */
const withOwnAnswers = (server: Server): Server => {
  // While an answer is being written on the socket a second one would corrupt it.
  const busy = new WeakMap<Duplex, number>()
  const count = (socket: Duplex, by: number) => busy.set(socket, (busy.get(socket) ?? 0) + by)
  server.on("request", ({ socket }: IncomingMessage, response) => {
    count(socket, 1)
    response.once("close", () => count(socket, -1))
  })
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    if ((busy.get(socket) ?? 0) > 0) socket.destroy()
    else finish(socket, parserFaults[error.code ?? ""] ?? invalid)
  })
  server.on("connect", (request: IncomingMessage, socket: Duplex) => {
    const allow = methodsOf(request.url ?? "")
    finish(
      socket,
      allow.length === 0 ? invalid : new MethodNotAllowed({ detail: `use ${allow.join(" or ")} here`, allow })
    )
  })
  server.on("checkExpectation", ({ socket }: IncomingMessage) => {
    finish(socket, new RequestInvalid({ detail: "the only expectation that can be met is 100-continue" }))
  })
  // Above the header size limit this is no limit; below it every header is seen, none silently dropped.
  server.maxHeadersCount = 0
  return server
}

const listener = Layer.unwrap(
  Effect.map(Settings, ({ host, port }) =>
    NodeHttpServer.layer(() => withOwnAnswers(createServer(limits)), {
      host,
      port,
      gracefulShutdownTimeout: "25 seconds"
    })
  )
)

/** Serves every route. Still asks for the broker, `SqlClient` and `Settings`. */
export const layer = HttpRouter.serve(Routes.layer, {
  disableLogger: true,
  disableListenLog: true,
  routerConfig: { ignoreDuplicateSlashes: false, ignoreTrailingSlash: false, caseSensitive: true, maxParamLength: 512 }
}).pipe(Layer.provide(Layer.succeed(HttpIncomingMessage.MaxBodySize, maximumBody)), Layer.provideMerge(listener))
