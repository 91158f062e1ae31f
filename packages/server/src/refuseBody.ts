import { Effect } from "effect"
import type { HttpServerRequest } from "effect/http"
import { IncomingMessage } from "node:http"
import { RequestInvalid, TooLarge } from "@vendodev/domain/BrokerError"

const tolerated = 1024

const tooLarge = new TooLarge({ detail: "a GET takes no body", part: "body" })

const endless = new RequestInvalid({ detail: "the body did not end in time; a GET takes none" })

/**
 * A body on a GET means nothing. A small one is ignored, a larger one refused,
 * and none is waited for or read for long.
 */
export const refuseBody = ({
  headers,
  source
}: HttpServerRequest.HttpServerRequest): Effect.Effect<void, TooLarge | RequestInvalid> => {
  const declared = headers["content-length"]
  if (declared !== undefined) return Number(declared) > tolerated ? Effect.fail(tooLarge) : Effect.void
  // No other kind of request can have a body that is not declared.
  if (!(source instanceof IncomingMessage)) return Effect.void
  return Effect.timeoutOrElse(drained(source), { duration: "5 seconds", orElse: () => Effect.fail(endless) })
}

const drained = (message: IncomingMessage): Effect.Effect<void, TooLarge | RequestInvalid> =>
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
