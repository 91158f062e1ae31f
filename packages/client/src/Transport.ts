/**
 * How a request gets to the service and an answer back. The Promise SDK puts
 * `fetch` behind it, the Effect SDK an `HttpClient`.
 */
import { Context, Data, type Effect, Redacted, type Scope } from "effect"

export interface Outgoing {
  readonly method: "GET" | "POST"
  readonly url: string
  /** Secrets stay wrapped up to the line that sends them. */
  readonly headers: Readonly<Record<string, string | Redacted.Redacted>>
  /** JSON text. */
  readonly body: string | undefined
}

/** For the line that sends them, and for no other. */
export const openedHeaders = ({ headers }: Outgoing): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === "string" ? value : Redacted.value(value)])
  )

export interface Answer {
  readonly status: number
  readonly header: (name: string) => string | undefined
  readonly text: Effect.Effect<string, TransportFailed>
  /** The body as it comes, for one reader. It is cancelled when the scope of the request closes. */
  readonly stream: Effect.Effect<ReadableStream<Uint8Array>, TransportFailed>
}

/** No whole answer came. Says nothing of the address or the headers, which may hold secrets. */
export class TransportFailed extends Data.TaggedError("TransportFailed")<{ readonly reason: string }> {}

export class Transport extends Context.Service<
  Transport,
  {
    /** Follows no redirect: the key is for this address alone. */
    readonly send: (request: Outgoing) => Effect.Effect<Answer, TransportFailed, Scope.Scope>
  }
>()("@vendodev/client/Transport") {}
