/** A `fetch` for one provider. */
import { Effect } from "effect"
import { throughSession } from "@vendodev/client/session"
import { type Token } from "@vendodev/client/Token"
import { Tokens } from "@vendodev/client/Tokens"
import { tokenOf } from "./present.ts"
import { FetchRejected, type Work } from "./runtime.ts"

/** A drop-in for `fetch`. */
export type SessionFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

/** A request that can be sent twice, or the word that it can not. */
interface Twice {
  readonly first: readonly [input: string | URL | Request, init: RequestInit | undefined]
  readonly second: readonly [input: string | URL | Request, init: RequestInit | undefined] | undefined
  /** Of a stream that was split. Its source is told to stop when nobody will read either. */
  readonly halves: ReadonlyArray<ReadableStream>
}

const isOneShot = (body: unknown): boolean =>
  typeof body === "object" && body !== null && Symbol.asyncIterator in body && !(body instanceof ReadableStream)

/** A body that is a stream flows once; it is split before it does. */
const twice = (input: string | URL | Request, init: RequestInit | undefined): Twice => {
  const body: unknown = init?.body
  if (body instanceof ReadableStream) {
    const [one, two] = body.tee()
    return { first: [input, { ...init, body: one }], second: [input, { ...init, body: two }], halves: [one, two] }
  }
  if (isOneShot(body)) return { first: [input, init], second: undefined, halves: [] }
  return input instanceof Request && input.body !== null && (body === undefined || body === null)
    ? { first: [input.clone(), init], second: [input, init], halves: [] }
    : { first: [input, init], second: [input, init], halves: [] }
}

/** What is being read is locked, and is let go of by its reader. */
const release = (halves: Twice["halves"]) =>
  Effect.sync(() => {
    for (const half of halves) {
      if (!half.locked) half.cancel().catch(() => undefined)
    }
  })

/** Everything the caller said stays, but for the token. */
const withToken = (input: string | URL | Request, init: RequestInit | undefined, token: Token): RequestInit => {
  const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined))
  headers.set("authorization", `Bearer ${tokenOf(token)}`)
  return { ...init, headers }
}

/** @internal */
export const viaSession = (
  fetch: SessionFetch,
  slug: string,
  input: string | URL | Request,
  init: RequestInit | undefined
): Work<Response> =>
  Effect.flatMap(Tokens, (tokens) => {
    const { first, halves, second } = twice(input, init)
    let attempt = first
    return throughSession(tokens, slug, {
      send: (token) =>
        Effect.tryPromise({
          try: () => fetch(attempt[0], withToken(attempt[0], attempt[1], token)),
          catch: (error) => new FetchRejected({ error })
        }),
      isRefused: ({ status }) => status === 401,
      repeats: second !== undefined,
      discard: (response) =>
        Effect.promise(async () => {
          if (second !== undefined) attempt = second
          await response.body?.cancel()
        })
    }).pipe(Effect.ensuring(release(halves)))
  })
