/** `Transport` over a `fetch`. */
import { Effect, Layer } from "effect"
import { type Answer, openedHeaders, Transport, TransportFailed } from "./Transport.ts"

/** As much of `fetch` as is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** The code of a system error (`ECONNREFUSED`) and nothing of its text, which names addresses. */
const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined
  return typeof code === "string" && /^[A-Z0-9_]{1,40}$/.test(code) ? code : "the connection failed"
}

const failed = (error: unknown) => new TransportFailed({ reason: reasonOf(error) })

const answerOf = (response: Response): Answer => ({
  status: response.status,
  header: (name) => response.headers.get(name) ?? undefined,
  text: Effect.tryPromise({ try: () => response.text(), catch: failed }),
  stream: Effect.suspend(() => Effect.succeed(response.body ?? new ReadableStream()))
})

/** One controller for the whole exchange: leaving its scope ends the request and whatever is left of the answer. */
export const layer = (fetch: Fetch) =>
  Layer.succeed(Transport, {
    send: (outgoing) =>
      Effect.gen(function* () {
        const { body, method, url } = outgoing
        const controller = yield* Effect.acquireRelease(
          Effect.sync(() => new AbortController()),
          (controller) => Effect.sync(() => controller.abort())
        )
        const init = {
          method,
          headers: openedHeaders(outgoing),
          redirect: "manual",
          signal: controller.signal
        } as const
        const response = yield* Effect.tryPromise({
          try: () => fetch(url, body === undefined ? init : { ...init, body }),
          catch: failed
        })
        return answerOf(response)
      })
  })
