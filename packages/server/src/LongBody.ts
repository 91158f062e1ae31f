import { ByteSize, Effect, Layer } from "effect"
import { HttpIncomingMessage } from "effect/http"
import { LongBody } from "@vendodev/api/LongBody"

/** A manifest of 64 kB in JSON, credentials and variables beside it. */
const longestBody = ByteSize.kibibytes(256)

export const layer = Layer.succeed(
  LongBody,
  LongBody.of((response) => Effect.provideService(response, HttpIncomingMessage.MaxBodySize, longestBody))
)
