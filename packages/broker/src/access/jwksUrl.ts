import { Clock, Effect, Option, type Scope, Stream } from "effect"
import { FetchHttpClient, HttpClient, HttpClientRequest } from "effect/http"
import { flights } from "../flights.ts"
import { type IssuerKey, type IssuerKeys, KeySetInvalid, readKeySet } from "./IssuerKey.ts"
import { largestKeySet, nanos, orKeysUnavailable } from "./jwksLimits.ts"

/** How long keys are used without asking whether they still hold. */
const lifetime = nanos(10 * 60)
/** Between two askings, whatever tokens claim. */
const rest = nanos(30)
/** The same while there are no keys at all, and nobody can be verified. */
const shortRest = nanos(5)
const patience = "5 seconds"

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** Whether keys may be fetched from there: who can change them on the way can sign for anyone. */
export const isSafeKeySetUrl = (text: string): boolean => {
  const url = URL.parse(text)
  return (
    url !== null &&
    url.username === "" &&
    url.password === "" &&
    (url.protocol === "https:" || (url.protocol === "http:" && loopback.test(url.hostname)))
  )
}

const fetchKeys = Effect.fnUntraced(
  function* (client: HttpClient.HttpClient, url: string) {
    const request = HttpClientRequest.get(url, { headers: { accept: "application/json, application/jwk-set+json" } })
    const response = yield* HttpClient.withScope(client).execute(request)
    // A redirect included: it could lead to where keys must not come from.
    if (response.status !== 200) return yield* new KeySetInvalid({ reason: `status ${response.status}` })
    const chunks: Array<Uint8Array> = []
    let size = 0
    yield* Stream.runForEach(response.stream, (chunk) => {
      size += chunk.length
      chunks.push(chunk)
      return size > largestKeySet
        ? Effect.fail(new KeySetInvalid({ reason: "the document is too large" }))
        : Effect.void
    })
    return yield* readKeySet(Buffer.concat(chunks).toString())
  },
  Effect.scoped,
  Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" }),
  Effect.provideService(HttpClient.TracerPropagationEnabled, false),
  Effect.timeoutOrElse({
    duration: patience,
    orElse: () => Effect.fail(new KeySetInvalid({ reason: `no answer within ${patience}` }))
  })
)

/**
 * Keys from where the issuer publishes them. They are fetched when a token
 * needs them, once for all who wait, and however many unknown keys tokens name,
 * not more than twice a minute. While it can not be reached, those that are
 * known are used.
 */
export const keysFromUrl = Effect.fnUntraced(function* (
  url: string
): Effect.fn.Return<IssuerKeys, never, HttpClient.HttpClient | Scope.Scope> {
  const client = yield* HttpClient.HttpClient
  const join = yield* flights<void, never>()
  let keys = Option.none<ReadonlyArray<IssuerKey>>()
  let fetchedAt = 0n
  let askedAt: bigint | undefined
  let flying = false
  let failing = false

  const fetch = fetchKeys(client, url).pipe(
    Effect.flatMap((found) =>
      Effect.sync(() => {
        keys = Option.some(found)
        fetchedAt = askedAt ?? 0n
        failing = false
      })
    ),
    Effect.catch((error) => {
      failing = true
      const reason = error._tag === "KeySetInvalid" ? error.reason : `it can not be reached (${error.reason._tag})`
      const meanwhile = Option.isSome(keys) ? "the known ones stay in use" : "no user token can be verified"
      return Effect.logError(`the keys of user tokens were not fetched: ${reason}; ${meanwhile}`)
    }),
    Effect.ensuring(
      Effect.sync(() => {
        flying = false
      })
    )
  )

  const answer = Effect.suspend(() => orKeysUnavailable(keys))

  const keysFor = (unknown: boolean) =>
    Effect.flatMap(Clock.monotonicTimeNanos, (now) => {
      const known = Option.isSome(keys)
      if (known && !unknown && now - fetchedAt < lifetime) return answer
      if (!flying) {
        if (askedAt !== undefined && now - askedAt < (known ? rest : shortRest)) return answer
        askedAt = now
        flying = true
      }
      return Effect.flatMap(join("", fetch), ({ landing }) =>
        // What has just failed may fail again: who has keys does not wait for it.
        known && failing && !unknown ? answer : Effect.andThen(landing, answer)
      )
    })

  return { current: keysFor(false), newer: keysFor(true) }
})
