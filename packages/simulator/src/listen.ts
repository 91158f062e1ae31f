/** A simulator on a socket. */
import { Cause, Effect, FiberSet } from "effect"
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from "node:http"
import type { AddressInfo, ListenOptions } from "node:net"
import type { Answer, Request } from "./Answer.ts"
import type { Simulator } from "./answering.ts"

export interface Listener {
  /** Without a slash at its end; of a socket file, as `unix://<path>`. */
  readonly baseUrl: string
  /** 0 of a socket file. */
  readonly port: number
}

const requestOf = ({ headers, method = "GET", url = "/" }: IncomingMessage, body: string): Request => ({
  method,
  target: url,
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")])
  ),
  body
})

const readBody = (request: IncomingMessage): Effect.Effect<string> =>
  Effect.callback((resume) => {
    if (request.method === "GET") {
      request.resume()
      return resume(Effect.succeed(""))
    }
    const chunks: Array<Buffer> = []
    request.on("data", (chunk) => chunks.push(chunk))
    request.on("end", () => resume(Effect.succeed(Buffer.concat(chunks).toString("utf8"))))
    request.on("error", () => resume(Effect.interrupt))
  })

const bodiless = (status: number) => status < 200 || status === 204 || status === 205 || status === 304

const names = ({ headers }: Answer) => headers.map(([name]) => name.toLowerCase())

/** What Node's own writer would refuse, mend or wait for. */
const isUnusual = (answer: Answer): boolean =>
  answer.delivery !== "plain" ||
  bodiless(answer.status) ||
  names(answer).includes("content-length") ||
  answer.headers.some(([, value]) => /[^\t -~]/.test(value))

/** Byte for byte what the fault says; the connection ends with it. */
const writeRaw = Effect.fnUntraced(function* (answer: Answer, { socket }: ServerResponse) {
  if (socket === null) return
  if (answer.delivery === "reset-before-headers") return void socket.resetAndDestroy()
  const { body, delivery, dribbleMs, headers, status } = answer
  const length = names(answer).includes("content-length") ? [] : [`content-length: ${body.length}`]
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...length,
    "connection: close"
  ]
  socket.setNoDelay(true)
  const write = (part: Uint8Array | string) =>
    Effect.callback<void>((resume) => void socket.write(part, () => resume(Effect.void)))
  yield* write(Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "utf8"))
  if (delivery === "stall") return yield* Effect.never
  if (delivery === "dribble") {
    for (const byte of body) {
      yield* Effect.sleep(dribbleMs)
      yield* write(Uint8Array.of(byte))
    }
  } else {
    yield* write(delivery === "reset-after-headers" ? body.subarray(0, Math.floor(body.length / 2)) : body)
  }
  if (delivery === "reset-after-headers") socket.resetAndDestroy()
  else socket.destroySoon()
})

const writePlain = ({ body, headers, status }: Answer, response: ServerResponse) =>
  Effect.sync(() => {
    response.sendDate = false
    response.writeHead(status, [...headers.flat(), "content-length", String(body.length)])
    response.end(body)
  })

/** A fault nobody asked for is told to the test, not kept in a connection that hangs. */
const reportDefect = (cause: Cause.Cause<never>, response: ServerResponse) =>
  Cause.hasInterruptsOnly(cause)
    ? Effect.interrupt
    : Effect.sync(() => {
        if (response.headersSent) response.destroy()
        else response.writeHead(599, { "content-type": "text/plain" }).end(`simulator: ${Cause.pretty(cause)}`)
      })

const listening = (server: Server, at: ListenOptions) =>
  Effect.callback<Listener>((resume) => {
    server.once("error", (error) => resume(Effect.die(error)))
    server.listen(at, () => {
      const address: AddressInfo | string | null = server.address()
      resume(
        Effect.succeed(
          typeof address === "object" && address !== null
            ? { baseUrl: `http://127.0.0.1:${address.port}`, port: address.port }
            : { baseUrl: `unix://${address}`, port: 0 }
        )
      )
    })
  })

const closed = (server: Server) =>
  Effect.callback<void>((resume) => {
    server.close(() => resume(Effect.void))
    server.closeAllConnections()
  })

/** Every interface but loopback is closed. */
type Place = { readonly port?: number } | { readonly socketPath: string }

/** On a port of the system's choice, unless a place is given; until the scope closes. */
export const listen = Effect.fnUntraced(function* (simulator: Simulator, place: Place = {}) {
  const run = yield* FiberSet.makeRuntime()
  const server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 0 }, (request, response) => {
    const fiber = run(
      Effect.gen(function* () {
        const answer = yield* simulator.answer(requestOf(request, yield* readBody(request)))
        yield* isUnusual(answer) ? writeRaw(answer, response) : writePlain(answer, response)
      }).pipe(Effect.catchCause((cause) => reportDefect(cause, response)))
    )
    response.once("close", () => fiber.interruptUnsafe())
  })
  yield* Effect.acquireRelease(Effect.void, () => closed(server))
  return yield* listening(
    server,
    "socketPath" in place ? { path: place.socketPath } : { port: place.port ?? 0, host: "127.0.0.1" }
  )
})
