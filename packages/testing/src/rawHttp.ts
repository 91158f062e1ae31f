/** Bytes over a socket: for requests no client library would send. */
import { Data, Effect } from "effect"
import { connect } from "node:net"

/** The connection ended, or nothing came, before a whole answer was read. */
export class NoAnswer extends Data.TaggedError("NoAnswer")<{ readonly message: string }> {}

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Whatever else came on the connection, such as a second answer. */
  readonly text: string
}

/** Sends `request` as it is and answers what came back until the far end closed or one whole answer was read. */
export const send = (port: number, request: string | Uint8Array): Effect.Effect<RawAnswer, NoAnswer> =>
  Effect.callback<RawAnswer, NoAnswer>((resume) => {
    const socket = connect(port, "127.0.0.1")
    const chunks: Array<Buffer> = []
    const settle = () => {
      const answer = parse(Buffer.concat(chunks).toString("latin1"))
      if (answer === undefined) return false
      socket.destroy()
      resume(Effect.succeed(answer))
      return true
    }
    socket.on("connect", () => socket.write(request))
    socket.on("data", (chunk) => {
      chunks.push(chunk)
      settle()
    })
    socket.on("error", (error) => resume(Effect.fail(new NoAnswer({ message: error.message }))))
    socket.on("close", () => {
      if (!settle())
        resume(Effect.fail(new NoAnswer({ message: `no whole answer: ${Buffer.concat(chunks).toString("latin1")}` })))
    })
    return Effect.sync(() => socket.destroy())
  }).pipe(
    Effect.timeoutOrElse({
      duration: "20 seconds",
      orElse: () => Effect.fail(new NoAnswer({ message: "no answer within 20 seconds" }))
    })
  )

const parse = (text: string): RawAnswer | undefined => {
  const end = text.indexOf("\r\n\r\n")
  if (end === -1) return undefined
  const [line = "", ...lines] = text.slice(0, end).split("\r\n")
  const headers: Record<string, string> = {}
  for (const entry of lines) {
    const colon = entry.indexOf(":")
    headers[entry.slice(0, colon).toLowerCase()] = entry.slice(colon + 1).trim()
  }
  const length = Number(headers["content-length"] ?? 0)
  const body = text.slice(end + 4, end + 4 + length)
  return body.length < length ? undefined : { status: Number(line.split(" ")[1]), headers, body, text }
}
