/** A provider is called with the token of a slug, and once more with another when it refuses the first. */
import { Effect } from "effect"
import type { Failure } from "./Failure.ts"
import type { Token } from "./Token.ts"
import type { Tokens } from "./Tokens.ts"

export interface Attempt<A, E> {
  /** Sends the request with this token. */
  readonly send: (token: Token) => Effect.Effect<A, E>
  readonly isRefused: (answer: A) => boolean
  /** Whether the request can be sent again. */
  readonly repeats: boolean
  /** Lets go of an answer nobody will read. */
  readonly discard: (answer: A) => Effect.Effect<void>
}

/** Two attempts at most: a provider that refuses a fresh token has another reason. */
export const throughSession = <A, E>(
  tokens: Tokens["Service"],
  slug: string,
  { discard, isRefused, repeats, send }: Attempt<A, E>
): Effect.Effect<A, E | Failure> =>
  Effect.gen(function* () {
    const token = yield* tokens.get(slug)
    const answer = yield* send(token)
    if (!isRefused(answer)) return answer
    if (!repeats) {
      yield* Effect.ignore(tokens.replace(slug, token))
      return answer
    }
    yield* discard(answer)
    return yield* send(yield* tokens.replace(slug, token))
  })
