import { Effect } from "effect"
import type { IncomingMessage } from "node:http"
import type { Http2ServerRequest } from "node:http2"
import { RequestInvalid, TooLarge } from "@vendodev/domain/BrokerError"

const tolerated = 1024

const tooLarge = new TooLarge({ detail: "a GET takes no body", part: "body" })

const endless = new RequestInvalid({ detail: "the body did not end in time; a GET takes none" })

/**
 * A body on a GET means nothing. A small one is ignored, a larger one refused,
 * and none is waited for or read for long.
 */
export const refuseBody = (
  message: IncomingMessage | Http2ServerRequest
): Effect.Effect<void, TooLarge | RequestInvalid> => {
  const declared = message.headers["content-length"]
  if (declared !== undefined) return Number(declared) > tolerated ? Effect.fail(tooLarge) : Effect.void
  return Effect.timeoutOrElse(drained(message), { duration: "5 seconds", orElse: () => Effect.fail(endless) })
}

const drained = (message: IncomingMessage | Http2ServerRequest): Effect.Effect<void, TooLarge | RequestInvalid> =>
  Effect.callback((resume) => {
    let length = 0
    const onData = (chunk: Uint8Array) => {
      length += chunk.length
      if (length > tolerated) settle(Effect.fail(tooLarge))
    }
    const onEnd = () =>
      settle(
        Object.keys(message.trailers).length > 0
          ? Effect.fail(new RequestInvalid({ detail: "trailers are not accepted" }))
          : Effect.void
      )
    const settle = (outcome: Effect.Effect<void, TooLarge | RequestInvalid>) => {
      message.off("data", onData).off("end", onEnd)
      resume(outcome)
    }
    message.on("data", onData).on("end", onEnd)
    return Effect.sync(() => message.off("data", onData).off("end", onEnd))
  })
