/** The service without a socket, for whoever has it in the same process: tests, development, an SDK. */
import { Context, Effect, Layer, type Scope } from "effect"
import {
  FetchHttpClient,
  HttpEffect,
  HttpIncomingMessage,
  HttpRouter,
  HttpServer,
  type HttpServerRequest
} from "effect/http"
import { Launcher } from "@vendodev/broker/install/Launcher"
import * as Observability from "./Observability.ts"
import * as Routes from "./Routes.ts"

/** What is read while a request is answered, and not when its routes are made. */
const around = Layer.mergeAll(
  HttpServer.layerServices,
  Observability.discreet,
  Layer.succeed(HttpIncomingMessage.MaxBodySize, Routes.maximumBody),
  Layer.succeed(HttpRouter.RouterConfig, Routes.config)
)

/** As it would arrive: without the fragment of its URL. Whoever gives up, or closes the service, ends the work on it. */
const arriving = (request: Request, closed: AbortSignal) => {
  const url = new URL(request.url)
  url.hash = ""
  return new Request(url, new Request(request, { signal: AbortSignal.any([request.signal, closed]) }))
}

const make = Effect.gen(function* () {
  const closed = yield* Effect.acquireRelease(
    Effect.sync(() => new AbortController()),
    (closed) => Effect.sync(() => closed.abort(new TypeError("the embedded service is closed")))
  )
  const context = yield* Effect.context<never>()
  const router = yield* HttpRouter.toHttpEffect(Routes.layer)
  const answer = HttpEffect.toWebHandlerWith<never, Scope.Scope | HttpServerRequest.HttpServerRequest>(context)(router)

  const fetch: typeof globalThis.fetch = (input, init) =>
    new Promise((resolve, reject) => {
      const request = arriving(new Request(input, init), closed.signal)
      const { signal } = request
      const onAbort = () => reject(signal.reason)
      if (signal.aborted) return onAbort()
      signal.addEventListener("abort", onAbort, { once: true })
      void answer(request)
        .then(resolve, reject)
        .finally(() => signal.removeEventListener("abort", onAbort))
    })
  return { fetch }
})

/**
 * A `fetch` whose far end is this process's own router: the same edges and the
 * same answers as behind a listener. A service, and not the library's reference
 * of that name, which would turn the broker's own calls around as well.
 */
export class Embedded extends Context.Service<Embedded, { readonly fetch: typeof globalThis.fetch }>()(
  "@vendodev/server/Embedded"
) {
  /**
   * `Embedded`, and an `HttpClient` over it. Asks for what the routes ask for, but starts nothing: it has no address a
   * program could be given. When it closes, so do its answers.
   */
  static readonly layer = Layer.unwrap(
    Effect.map(Embedded, ({ fetch }) =>
      // The one the broker was built with leads out, and would be taken for it.
      Layer.fresh(FetchHttpClient.layer).pipe(Layer.provide(Layer.succeed(FetchHttpClient.Fetch, fetch)))
    )
  ).pipe(Layer.provideMerge(Layer.effect(Embedded, make).pipe(Layer.provide([around, Launcher.none]))))
}
