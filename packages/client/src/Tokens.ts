/**
 * Which token a slug stands for. In this order: the variable
 * `VENDO_TOKEN_<SLUG>`; the credentials service, where there is a key; the
 * conventional variable of the catalog.
 */
import { Array as Arr, Cache, Context, Duration, Effect, Equal, Layer, Option, type Redacted, Result } from "effect"
import type { ErrorCode } from "@vendodev/domain/BrokerError"
import { answerOf, isBulk } from "./bulk.ts"
import { Calls } from "./Calls.ts"
import { find } from "./catalog.ts"
import { Environment } from "./Environment.ts"
import type { Failure } from "./Failure.ts"
import { fingerprint } from "./fingerprint.ts"
import { isRecord } from "./guards.ts"
import type { Settings } from "./Settings.ts"
import { isSlug, notConnected, notSlug, overrideOf } from "./slug.ts"
import { fromEnvironment, isWireToken, type Token, vended } from "./Token.ts"
import * as TokenMemory from "./TokenMemory.ts"
import { UserJwt } from "./UserJwt.ts"
import { vendoOnly } from "./vendoOnly.ts"

export class Tokens extends Context.Service<
  Tokens,
  {
    readonly get: (slug: string) => Effect.Effect<Token, Failure>
    /** Each slug once, with its token or why there is none. Fails when the caller as a whole is refused. */
    readonly getAll: (
      slugs: ReadonlyArray<string>
    ) => Effect.Effect<ReadonlyMap<string, Result.Result<Token, Failure>>, Failure>
    /** Forgets the token of a slug, for the user of this call. */
    readonly invalidate: (slug: string) => Effect.Effect<void>
    /**
     * The token after one that the provider refused with 401: the old one is reported, dropped and fetched again,
     * once for all who were refused together.
     */
    readonly replace: (slug: string, refused: Token) => Effect.Effect<Token, Failure>
  }
>()("@vendodev/client/Tokens") {
  static readonly layer = (settings: Settings) => Layer.effect(Tokens, make(settings))
}

const make = Effect.fnUntraced(function* (settings: Settings) {
  const { ask } = yield* Calls
  const environment = yield* Environment
  const { apiKey, credentialsUrl } = settings
  const memory = yield* TokenMemory.make(({ slug, user }) =>
    ask({ url: `${credentialsUrl}/${slug}`, slug }, isWireToken).pipe(
      Effect.map(vended),
      Effect.provideService(UserJwt, user)
    )
  )
  const owner = (slug: string) => Effect.map(UserJwt, (user): TokenMemory.Owner => ({ user, slug }))
  const variable = (name: string) => Effect.map(environment.get(name), Option.map(fromEnvironment))

  /** Where the service is not asked. None where it must be. */
  const local = Effect.fnUntraced(function* (slug: string): Effect.fn.Return<Option.Option<Token>, Failure> {
    if (!isSlug(slug)) return yield* notSlug
    if (Option.isNone(apiKey) && Option.isSome(yield* UserJwt)) return yield* vendoOnly("a token of one user")
    const override = yield* variable(overrideOf(slug))
    if (Option.isSome(override)) return override
    if (Option.isSome(apiKey)) return Option.none()
    const names = find(slug)?.tokenVariables ?? []
    for (const name of names) {
      const found = yield* variable(name)
      if (Option.isSome(found)) return found
    }
    return yield* notConnected(slug, names)
  })

  const get = Effect.fnUntraced(function* (slug: string) {
    const found = yield* local(slug)
    return Option.isSome(found) ? found.value : yield* memory.get(yield* owner(slug))
  })

  /** Several in one request. What was vended is kept. */
  const askMany = Effect.fnUntraced(function* (slugs: ReadonlyArray<string>) {
    const query = slugs.map(encodeURIComponent).join(",")
    const bulk = yield* ask({ url: `${credentialsUrl}/_bulk?slugs=${query}` }, isBulk)
    return yield* Effect.forEach(slugs, (slug) => {
      const answer = answerOf(slug, bulk)
      const kept = Result.isFailure(answer)
        ? Effect.void
        : Effect.flatMap(owner(slug), (owner) => memory.keep(owner, answer.success))
      return Effect.as(kept, [slug, answer] as const)
    })
  })

  /** As one of several: what would have refused them all is no answer about this one. */
  const askAlone = (slug: string) =>
    get(slug).pipe(
      Effect.result,
      Effect.flatMap((result) =>
        Result.isFailure(result) && isAboutAll(result.failure)
          ? Effect.fail(result.failure)
          : Effect.succeed([slug, result] as const)
      )
    )

  /** What is at hand, and what is left to ask for. */
  const atHand = (slug: string) =>
    Effect.gen(function* () {
      const found = yield* local(slug)
      return Option.isSome(found) ? found : yield* memory.find(yield* owner(slug))
    }).pipe(Effect.result)

  const getAll = Effect.fnUntraced(function* (slugs: ReadonlyArray<string>) {
    const answers = new Map<string, Result.Result<Token, Failure>>()
    const missing: Array<string> = []
    for (const slug of new Set(slugs)) {
      const result = yield* atHand(slug)
      if (Result.isFailure(result)) answers.set(slug, Result.fail(result.failure))
      else if (Option.isSome(result.success)) answers.set(slug, Result.succeed(result.success.value))
      else missing.push(slug)
    }
    const chunks = yield* Effect.forEach(
      Arr.chunksOf(
        missing.filter((slug) => !speaksOfTokens(slug)),
        mostSlugs
      ),
      askMany,
      { concurrency: 4 }
    )
    const alone = yield* Effect.forEach(missing.filter(speaksOfTokens), askAlone, { concurrency: 4 })
    for (const [slug, result] of [...chunks.flat(), ...alone]) answers.set(slug, result)
    return new Map(slugs.map((slug) => [slug, answers.get(slug) ?? Result.fail(notSlug)] as const))
  })

  /** That a report fails changes nothing for who wants a token. */
  const report = (slug: string, token: Redacted.Redacted) =>
    Effect.gen(function* () {
      const body = { fingerprint: yield* fingerprint(token), status: 401 }
      yield* ask({ method: "POST", url: `${credentialsUrl}/${slug}/refused`, body, slug }, isRecord)
    }).pipe(Effect.ignore)

  const replacements = yield* Cache.makeWith(
    ({ owner, token }: Refusal) =>
      Effect.gen(function* () {
        // Dropped once the service knows: who asks before that is given the same token once more.
        yield* Effect.ensuring(report(owner.slug, token), memory.drop(owner))
        return yield* memory.get(owner)
      }).pipe(Effect.provideService(UserJwt, owner.user)),
    { capacity: Number.POSITIVE_INFINITY, timeToLive: () => Duration.zero }
  )

  return Tokens.of({
    get,
    getAll,
    invalidate: (slug) => Effect.flatMap(owner(slug), memory.drop),
    replace: Effect.fnUntraced(function* (slug, refused) {
      // A variable is read anew; only what was vended can be vended again.
      if (refused.origin === "environment") return yield* get(slug)
      const asked = yield* owner(slug)
      const current = yield* memory.find(asked)
      if (Option.isSome(current) && !Equal.equals(current.value.token, refused.token)) return current.value
      return yield* Cache.get(replacements, { owner: asked, token: refused.token })
    })
  })
})

interface Refusal {
  readonly owner: TokenMemory.Owner
  readonly token: Redacted.Redacted
}

const aboutAll: ReadonlySet<string> = new Set<ErrorCode>([
  "app_unknown",
  "app_revoked",
  "app_expired",
  "identity_invalid"
])

/** The caller was refused, or nothing was answered at all. */
const isAboutAll = ({ code, status }: Failure) => aboutAll.has(code) || status === undefined

/** As many as the service takes at once. */
const mostSlugs = 50

/** The service refuses a query that speaks of tokens, for a token in a URL is a token in a log. */
const speaksOfTokens = (slug: string) => /token/i.test(slug)
