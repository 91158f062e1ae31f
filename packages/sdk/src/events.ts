/** Events as an async iterable. */
import { Duration, Effect, Exit, Option, type Redacted, Scope } from "effect"
import { Events } from "@vendodev/client/Events"
import type { Failure } from "@vendodev/client/Failure"
import { vendoOnly } from "@vendodev/client/vendoOnly"
import { ClientDisposed, run, type Runtime } from "./runtime.ts"
import type { EventStreamMessage } from "./types.ts"
import { fromFailure, type VendoError } from "./VendoError.ts"

/** How to listen. Whatever is left out has the default named beside it. */
export interface SubscribeOptions {
  /** Ends the iteration, without an error. */
  readonly signal?: AbortSignal | undefined
  /** The longest wait before a new connection: 30000. */
  readonly maxBackoffMs?: number | undefined
  /** Called before each wait: which attempt in a row it is, and why. */
  readonly onReconnect?: ((attempt: number, error: VendoError) => void) | undefined
  /** Begins after the event of this id, as far back as the service remembers: its last 100. */
  readonly lastEventId?: string | undefined
}

/** @internal */
export const notInOssMode = (what: string): VendoError => fromFailure(vendoOnly(what))

/** Who returns while an event is waited for, as a stream that is destroyed does, waits for none. @internal */
export const subscribe = (
  runtime: Runtime,
  user: Option.Option<Redacted.Redacted>,
  options: SubscribeOptions
): AsyncIterator<EventStreamMessage, void, undefined> => {
  const ended = new AbortController()
  const events = listen(runtime, user, options, ended)
  return {
    next: () => events.next(),
    return: () => {
      ended.abort()
      return events.return()
    }
  }
}

const listen = async function* (
  runtime: Runtime,
  user: Option.Option<Redacted.Redacted>,
  { lastEventId, maxBackoffMs, onReconnect, signal }: SubscribeOptions,
  ended: AbortController
): AsyncGenerator<EventStreamMessage, void, undefined> {
  const scope = Scope.makeUnsafe()
  const options = {
    lastEventId,
    ...(maxBackoffMs !== undefined && { maxBackoff: Duration.millis(maxBackoffMs) }),
    ...(onReconnect !== undefined && {
      onReconnect: (attempt: number, failure: Failure) => Effect.sync(() => onReconnect(attempt, fromFailure(failure)))
    })
  }
  const end = () => ended.abort()
  signal?.addEventListener("abort", end)
  if (signal?.aborted === true) end()
  try {
    const subscription = Effect.flatMap(Events, (events) => events.subscribe(options))
    const next = await run(runtime, user, Effect.provideService(subscription, Scope.Scope, scope))
    // oxlint-disable-next-line no-await-in-loop -- each event is waited for when it is asked for
    while (true) yield await run(runtime, user, next, ended.signal)
  } catch (error) {
    if (!ended.signal.aborted && !(error instanceof ClientDisposed)) throw error
  } finally {
    signal?.removeEventListener("abort", end)
    await Effect.runPromise(Scope.close(scope, Exit.void))
  }
}
