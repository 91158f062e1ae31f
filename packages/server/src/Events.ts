/** `GET /api/deployments/me/events`: a stream that ends with the key, the reader or the server. */
import { type Duration, Effect, FiberHandle, Option, Schema, Scope, Stream } from "effect"
import { Headers, HttpRouter, type HttpServerRequest, HttpServerResponse } from "effect/http"
import { IncomingMessage } from "node:http"
import { lastEventId } from "@vendodev/api/EventsGroup"
import { Events, type Heard, Pace } from "@vendodev/broker/events/Events"
import { Event, EventId } from "@vendodev/domain/Event"
import { bearerOf, invalid, wipingKey } from "./asking.ts"
import { Draining } from "./Draining.ts"
import { refuseBody } from "./refuseBody.ts"

const isEventId = Schema.is(EventId)

const notEventId = invalid(lastEventId, "Last-Event-ID is the id of an event: up to 15 decimal digits")

const encode = Schema.encodeSync(Schema.fromJsonString(Event))

/** A comment, so that there is something to read at once; and how soon to come back. */
const greeting = ": vendo\nretry: 2000\n\n"

/** One event, or one comment (HTML §9.2.5). JSON has no line breaks. */
export const block = (heard: Heard): string =>
  heard === "ping" ? ": ping\n\n" : `id: ${heard.id}\nevent: ${heard.kind}\ndata: ${encode(heard)}\n\n`

const options = {
  contentType: "text/event-stream",
  // Also for a proxy in between: nothing is held back.
  headers: Headers.fromRecordUnsafe({ vary: "Authorization, X-Vendo-User-JWT", "x-accel-buffering": "no" })
}

/**
 * Cuts off who takes nothing of what was sent last: after a while, or as soon
 * as the server stops, which would wait for them.
 */
export const cutOffWhenStalled =
  (source: object, patience: Duration.Duration, stopping: Effect.Effect<void>) =>
  (stream: Stream.Stream<Uint8Array>): Stream.Stream<Uint8Array> =>
    source instanceof IncomingMessage
      ? Stream.transformPull(stream, (pull, scope) =>
          Effect.gen(function* () {
            const stalled = yield* Scope.provide(FiberHandle.make(), scope)
            const patient = Effect.raceFirst(Effect.sleep(patience), Effect.andThen(stopping, Effect.sleep("1 second")))
            const cut = Effect.andThen(
              patient,
              Effect.sync(() => source.destroy())
            )
            return Effect.andThen(
              FiberHandle.clear(stalled),
              Effect.tap(pull, () => FiberHandle.run(stalled, cut))
            )
          })
        )
      : stream

export const layer = HttpRouter.use((router) =>
  Effect.gen(function* () {
    const events = yield* Events
    const draining = yield* Draining
    const { lease } = yield* Pace

    const listen = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
      const after = request.headers[lastEventId]
      if (after !== undefined && !isEventId(after)) return yield* notEventId
      const bearer = bearerOf(request)
      if ("_tag" in bearer) return yield* bearer
      const { key, userJwt } = bearer
      const stream = yield* wipingKey(bearer)(
        events.open({ key, userJwt, after: Option.map(Option.fromUndefinedOr(after), Number) })
      )
      const blocks = Stream.map(stream, block).pipe(Stream.interruptWhen(draining.started))
      const response = HttpServerResponse.stream(
        Stream.encodeText(Stream.concat(Stream.make(greeting), blocks)).pipe(
          cutOffWhenStalled(request.source, lease, draining.started)
        ),
        options
      )
      // A server that stops would wait for what else might come on the connection.
      return request.source instanceof IncomingMessage
        ? HttpServerResponse.setHeader(response, "connection", "close")
        : response
    })

    yield* router.add("GET", "/api/deployments/me/events", (request) =>
      Effect.andThen(refuseBody(request), listen(request))
    )
  })
)
