/** Traces, metrics and logs over OTLP, where the operator named a collector. Off without. */
import { Effect, Layer, Option, Redacted } from "effect"
import { FetchHttpClient, Headers, HttpMiddleware } from "effect/http"
import { Otlp } from "effect/observability"
import { Settings } from "./Settings.ts"

/** Headers that are secrets, wherever a request or an answer is printed. */
const secretHeaders = Layer.succeed(Headers.CurrentRedactedNames, [
  "authorization",
  "cookie",
  "set-cookie",
  "x-api-key",
  "x-vendo-user-jwt",
  "proxy-authorization"
])

/** The span of a request is ours, see `requestSpan.ts`. */
const noSpanOfTheLibrary = Layer.succeed(HttpMiddleware.TracerDisabledWhen, () => true)

/** For whatever answers requests: of a caller's text, nothing is printed that may be a secret. */
export const discreet = Layer.merge(secretHeaders, noSpanOfTheLibrary)

const exporting = Layer.unwrap(
  Effect.map(Settings, ({ telemetry }) =>
    Option.match(telemetry, {
      onNone: () => Layer.empty,
      onSome: ({ endpoint, headers, serviceName }) =>
        Otlp.layerJson({ baseUrl: endpoint, headers: Redacted.value(headers), resource: { serviceName } }).pipe(
          Layer.provide(FetchHttpClient.layer)
        )
    })
  )
)

export const layer = Layer.merge(exporting, discreet)
