/** One question to a provider, made of its recipe, and what came back. What it means is decided elsewhere. */
import { Clock, type Duration, Effect, Option, Redacted } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import type { RequestRecipe } from "@vendodev/catalog/Recipe"
import { discreet, noAnswerOf, readJson, retryAfterOf } from "./boundedAnswer.ts"

export interface ProviderAnswer {
  readonly status: number
  /** None when it is no JSON. */
  readonly body: Option.Option<unknown>
  /** What it asks us to wait. */
  readonly retryAfter: Option.Option<Duration.Duration>
}

const placeholder = "{credential}"

/** What can stand in a header. Else the platform would refuse the request, and say what was in it. */
export const canBeSent = (credential: Redacted.Redacted): boolean => /^[!-~]{1,16384}$/.test(Redacted.value(credential))

/** One segment of a path, whatever is in it. A colon may stand there as it is. */
const inPath = (credential: string) => encodeURIComponent(credential).replaceAll("%3A", ":")

const requestOf = ({ body, headers, method, url, variants = [] }: RequestRecipe, credential: Redacted.Redacted) => {
  const secret = Redacted.value(credential)
  const chosen = variants.find(({ matches }) => new RegExp(matches).test(secret))?.headers ?? headers
  const filled = Object.entries(chosen).map(
    ([name, value]) => [name, value.replace(placeholder, () => secret)] as const
  )
  const request = HttpClientRequest.make(method)(
    url.replace(placeholder, () => inPath(secret)),
    {
      headers: {
        accept: "application/json",
        "accept-encoding": "identity",
        "user-agent": "vendo",
        ...Object.fromEntries(filled)
      }
    }
  )
  return body === undefined ? request : HttpClientRequest.bodyJsonUnsafe(request, body)
}

/** Fails with what holds nothing of what was sent or received, and leaves no trace of it. */
export const ask = (recipe: RequestRecipe, credential: Redacted.Redacted, addressOf: (url: string) => string) =>
  Effect.gen(function* () {
    const client = HttpClient.withScope(yield* HttpClient.HttpClient)
    const request = requestOf(recipe, credential)
    const response = yield* client.execute(HttpClientRequest.setUrl(request, addressOf(request.url)))
    const answer: ProviderAnswer = {
      status: response.status,
      body: yield* readJson(response),
      retryAfter: retryAfterOf(response.headers, yield* Clock.currentTimeMillis)
    }
    return answer
  }).pipe(discreet, Effect.scoped, Effect.mapError(noAnswerOf))
