/** The listener: Node's server with its limits, and answers of ours where it would give its own. */
import { NodeHttpServer } from "@effect/platform-node"
import { ByteSize, Effect, Layer } from "effect"
import { HttpIncomingMessage, HttpRouter } from "effect/http"
import { randomUUID } from "node:crypto"
import { createServer, type IncomingMessage, type Server, ServerResponse } from "node:http"
import type { Duplex } from "node:stream"
import { type BrokerError, MethodNotAllowed, RequestInvalid, TooLarge } from "@vendodev/domain/BrokerError"
import * as Answer from "./Answer.ts"
import { methodsOf } from "./methodsOf.ts"
import * as Routes from "./Routes.ts"
import { Settings } from "./Settings.ts"

/** The largest body of any route: a credential of 16 kB in JSON, and room. */
const maximumBody = ByteSize.kibibytes(64)

/**
 * The adapter asks Node to compare the bytes written with `Content-Length`,
 * for which Node writes every answer in two parts. Ours are written whole, with
 * a length taken from the text itself.
 */
class WholeResponse extends ServerResponse {}
Object.defineProperty(WholeResponse.prototype, "strictContentLength", { get: () => false, set: () => undefined })

/** Node's own limits are made for pages; these are made for calls. */
const limits = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 65_000,
  // Ours to answer: Node would do it without a code.
  requireHostHeader: false,
  ServerResponse: WholeResponse
}

const invalid = new RequestInvalid({ detail: "this is not a well-formed HTTP/1.1 request" })

/** What the parser found, by its code. */
const parserFaults: Readonly<Record<string, BrokerError>> = {
  HPE_HEADER_OVERFLOW: new TooLarge({ detail: "the headers are larger than 16 kB", part: "headers" }),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: new RequestInvalid({ detail: "chunk extensions are not accepted" }),
  ERR_HTTP_REQUEST_TIMEOUT: new RequestInvalid({ detail: "the request did not arrive in time" })
}

/** The parser's error, with what it was reading. */
interface ParserError extends NodeJS.ErrnoException {
  readonly rawPacket?: Buffer
}

/** A method the parser does not know is still a method, where the route is known. */
const faultOf = ({ code = "", rawPacket }: ParserError): BrokerError => {
  const [, method = "", path = ""] =
    code === "HPE_INVALID_METHOD"
      ? (/^([A-Za-z-]+) (\/[^ ?#]*)\S* HTTP\/1\.[01]\r\n/.exec(rawPacket?.toString("latin1") ?? "") ?? [])
      : []
  return notAllowed(method, path) ?? parserFaults[code] ?? invalid
}

const notAllowed = (method: string, path: string): MethodNotAllowed | undefined => {
  const allow = methodsOf(path)
  return allow.length === 0 || allow.includes(method)
    ? undefined
    : new MethodNotAllowed({ detail: `use ${allow.join(" or ")} here`, allow })
}

/** How long a far end that is still sending may take to read the answer: a reset would overtake it. */
const lingering = 500

/** Answers for what never becomes a request, each in its turn among those of the connection. */
const withOwnAnswers = (server: Server): Server => {
  const latest = new WeakMap<Duplex, ServerResponse>()
  const ended = new WeakSet<Duplex>()

  const end = (socket: Duplex, answer = "") => {
    if (ended.has(socket) || socket.destroyed) return
    ended.add(socket)
    if (socket.writable) socket.end(answer)
    const timer = setTimeout(() => socket.destroy(), lingering)
    socket.once("close", () => clearTimeout(timer))
  }
  const inTurn = (socket: Duplex, answer: () => void) => {
    const response = latest.get(socket)
    if (response === undefined || response.closed) answer()
    else response.once("close", answer)
  }
  const respond = (response: ServerResponse, error: BrokerError) => {
    const { headers, status, text } = Answer.ofErrorParts(error, randomUUID())
    response.writeHead(status, { ...headers, connection: "close" }).end(text)
  }
  const track = (request: IncomingMessage, response: ServerResponse) => {
    latest.set(request.socket, response)
    // No route is upgraded; but the parser loses what follows on the connection.
    if (request.headers.upgrade !== undefined) response.shouldKeepAlive = false
    response.once("close", () => {
      if (request.complete && latest.get(request.socket) === response) latest.delete(request.socket)
    })
  }

  server.on("request", track)
  server.on("clientError", (error: ParserError, socket: Duplex) => {
    const response = latest.get(socket)
    if (response === undefined || response.req.complete) {
      inTurn(socket, () => end(socket, Answer.ofErrorRaw(faultOf(error), randomUUID())))
    } else if (response.headersSent) {
      // Answered before its body was read: what is said now would be taken for the answer to the next request.
      inTurn(socket, () => end(socket))
    } else respond(response, faultOf(error))
  })
  server.on("connect", (request: IncomingMessage, socket: Duplex) => {
    const error = notAllowed("CONNECT", request.url ?? "") ?? invalid
    inTurn(socket, () => end(socket, Answer.ofErrorRaw(error, randomUUID())))
  })
  server.on("checkExpectation", (request: IncomingMessage, response: ServerResponse) => {
    track(request, response)
    respond(response, new RequestInvalid({ detail: "the only expectation that can be met is 100-continue" }))
  })
  // Without a listener Node answers as if an upgrade had not been asked for.
  server.on("newListener", (event) => {
    if (event === "upgrade") queueMicrotask(() => server.removeAllListeners("upgrade"))
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
