/** The listener: Node's server with its limits, and answers of ours where it would give its own. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Effect, Layer } from "effect"
import { HttpIncomingMessage, HttpRouter } from "effect/http"
import { randomUUID } from "node:crypto"
import { createServer, type IncomingMessage, type Server, ServerResponse } from "node:http"
import type { Duplex } from "node:stream"
import { type BrokerError, MethodNotAllowed, RequestInvalid } from "@vendodev/domain/BrokerError"
import * as Answer from "./Answer.ts"
import { headersTooLarge, maximumHeaderSize } from "./Framing.ts"
import { methodsOf } from "./methodsOf.ts"
import * as Routes from "./Routes.ts"
import { Settings } from "./Settings.ts"

/**
 * The adapter asks Node to compare the bytes written with `Content-Length`,
 * for which Node writes every answer in two parts. Ours are written whole, with
 * a length taken from the text itself.
 */
class WholeResponse extends ServerResponse {}
Object.defineProperty(WholeResponse.prototype, "strictContentLength", { get: () => false, set() {} })

/** Node's own limits are made for pages; these are made for calls. */
const limits = {
  maxHeaderSize: maximumHeaderSize,
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
  HPE_HEADER_OVERFLOW: headersTooLarge,
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
  const before = new WeakMap<ServerResponse, ServerResponse>()
  const ended = new WeakSet<Duplex>()

  const track = (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request
    const previous = latest.get(socket)
    if (previous !== undefined && !previous.closed) before.set(response, previous)
    latest.set(socket, response)
    // No route is upgraded; but the parser loses what follows on the connection.
    if (request.headers.upgrade !== undefined) response.shouldKeepAlive = false
    response.once("close", () => {
      if (request.complete && latest.get(socket) === response) latest.delete(socket)
    })
  }
  /** The last that is said on a socket, once `previous` was. */
  const end = (socket: Duplex, previous: ServerResponse | undefined, error: () => BrokerError | undefined) => {
    if (ended.has(socket)) return
    ended.add(socket)
    const answer = () => {
      const last = error()
      // On the socket, not through a response: whoever waits for the rest of a body must see the connection close.
      if (socket.writable) socket.end(last === undefined ? "" : Answer.ofErrorRaw(last, randomUUID()))
      const timer = setTimeout(() => socket.destroy(), lingering)
      socket.once("close", () => clearTimeout(timer))
    }
    if (previous === undefined || previous.closed) answer()
    else previous.once("close", answer)
  }

  server.on("request", track)
  server.on("clientError", (error: ParserError, socket: Duplex) => {
    const response = latest.get(socket)
    if (response === undefined || response.req.complete) end(socket, response, () => faultOf(error))
    // In the body of a request: once that is answered, what is said would be taken for the answer to the next.
    else end(socket, before.get(response), () => (response.headersSent ? undefined : faultOf(error)))
  })
  server.on("connect", (request: IncomingMessage, socket: Duplex) => {
    end(socket, latest.get(socket), () => notAllowed("CONNECT", request.url ?? "") ?? invalid)
  })
  server.on("checkExpectation", (request: IncomingMessage, response: ServerResponse) => {
    track(request, response)
    const error = new RequestInvalid({ detail: "the only expectation that can be met is 100-continue" })
    const { headers, status, text } = Answer.ofErrorParts(error, randomUUID())
    response.writeHead(status, { ...headers, connection: "close" }).end(text)
  })
  // Without a listener Node answers as if an upgrade had not been asked for.
  server.on("newListener", (event) => {
    if (event === "upgrade") queueMicrotask(() => server.removeAllListeners("upgrade"))
  })
  // Above the header size limit this is no limit; below it every header is seen, none silently dropped.
  server.maxHeadersCount = 0
  return server
}

/** It listens from the start, and answers once it is given routes. */
export const listener = Layer.unwrap(
  Effect.map(Settings, ({ host, port }) =>
    NodeHttpServer.layer(() => withOwnAnswers(createServer(limits)), {
      host,
      port,
      gracefulShutdownTimeout: "25 seconds"
    })
  )
)

/** Serves every route. Still asks for a listener, the broker, who launches, `SqlClient` and `Settings`. */
export const layer = HttpRouter.serve(Routes.layer, {
  disableLogger: true,
  disableListenLog: true,
  routerConfig: Routes.config
}).pipe(Layer.provide(Layer.succeed(HttpIncomingMessage.MaxBodySize, Routes.maximumBody)))
