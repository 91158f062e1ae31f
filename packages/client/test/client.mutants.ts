import type { Mutant } from "@vendodev/testing/Mutant"

const calls = "packages/client/test/Calls.test.ts"
const tokens = "packages/client/test/Tokens.test.ts"
const events = "packages/client/test/Events.test.ts"
const settings = "packages/client/test/Settings.test.ts"

const src = "packages/client/src"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "what may pass is asked for again",
    file: `${src}/Calls.ts`,
    find: `Effect.retry({ schedule: policy, while: isPassing }),`,
    replace: ``,
    test: calls
  },
  {
    control: "what will not pass is not asked for again",
    file: `${src}/Calls.ts`,
    find: `Effect.retry({ schedule: policy, while: isPassing }),`,
    replace: `Effect.retry({ schedule: policy }),`,
    test: calls
  },
  {
    control: "overload passes",
    file: `${src}/Failure.ts`,
    find: `new Set<ErrorCode>(["upstream_error", "unavailable", "overloaded"])`,
    replace: `new Set<ErrorCode>(["upstream_error", "unavailable"])`,
    test: calls
  },
  {
    control: "nobody comes back before the time that was asked for",
    file: `${src}/Calls.ts`,
    find: `retryAfter: yield* retryAfterOf(answer)`,
    replace: `retryAfter: yield* Effect.as(retryAfterOf(answer), undefined)`,
    test: calls
  },
  {
    control: "nor before a time that is very long",
    file: `${src}/Calls.ts`,
    find: `if (/^\\d+$/.test(text))`,
    replace: `if (/^\\d{1,9}$/.test(text))`,
    test: calls
  },
  {
    control: "a time-out that is said is above nothing",
    file: `${src}/Settings.ts`,
    find: `options.timeout !== undefined && !Duration.isPositive(options.timeout)`,
    replace: `options.timeout !== undefined && Duration.isZero(options.timeout)`,
    test: settings
  },
  {
    control: "a retry that would begin after the time-out is not waited for",
    file: `${src}/Calls.ts`,
    find: `backoff({ ...retry, deadline: timeout })`,
    replace: `backoff({ ...retry, deadline: Duration.infinity })`,
    test: calls
  },
  {
    control: "a service that says nothing has a time-out",
    file: `${src}/Calls.ts`,
    find: `Effect.retry({ schedule: policy, while: isPassing }),
              Effect.timeoutOrElse({ duration: timeout, orElse: () => Effect.fail(silent(call)) })`,
    replace: `Effect.retry({ schedule: policy, while: isPassing })`,
    test: calls
  },
  {
    control: "only a success is read as an answer",
    file: `${src}/Calls.ts`,
    find: `if (answer.status < 200 || answer.status > 299) return yield* refusalOf(call, answer, text)`,
    replace: ``,
    test: calls
  },
  {
    control: "an answer is checked before it is believed",
    file: `${src}/Token.ts`,
    find: `isString(value) && value !== ""`,
    replace: `true`,
    test: calls
  },
  {
    control: "the header's code goes before the body's",
    file: `${src}/Calls.ts`,
    find: `answer.header("vendo-error-code") ?? string("code")`,
    replace: `string("code") ?? answer.header("vendo-error-code")`,
    test: calls
  },
  {
    control: "every call names its user",
    file: `${src}/Calls.ts`,
    find: `...(Option.isSome(jwt) && { [userJwtHeader]: jwt.value }),`,
    replace: ``,
    test: calls
  },
  {
    control: "a connect URL is asked for in the user's name",
    file: `${src}/Connections.ts`,
    find: `Effect.provideService(UserJwt, user)`,
    replace: `Effect.provideService(UserJwt, Option.none())`,
    test: calls
  },
  {
    control: "a token is kept by whose it is",
    file: `${src}/Tokens.ts`,
    find: `Effect.map(UserJwt, (user): TokenMemory.Owner => ({ user, slug }))`,
    replace: `Effect.map(UserJwt, (): TokenMemory.Owner => ({ user: Option.none(), slug }))`,
    test: tokens
  },
  {
    control: "a token is kept for a minute at most",
    file: `${src}/Token.ts`,
    find: `const longest = Duration.seconds(60)`,
    replace: `const longest = Duration.seconds(61)`,
    test: tokens
  },
  {
    control: "a token is not kept in the last minute of its life",
    file: `${src}/Token.ts`,
    find: `const safetyMargin = Duration.seconds(60)`,
    replace: `const safetyMargin = Duration.seconds(59)`,
    test: tokens
  },
  {
    control: "age is taken from the clock that can not be set",
    file: `${src}/TokenMemory.ts`,
    find: `get: Effect.fnUntraced(function* (owner) {
        const now = yield* Clock.monotonicTimeNanos`,
    replace: `get: Effect.fnUntraced(function* (owner) {
        const now = yield* Clock.currentTimeNanos`,
    test: tokens
  },
  {
    control: "a failure is not kept",
    file: `${src}/TokenMemory.ts`,
    find: `Exit.isSuccess(exit) && Duration.isPositive(exit.value.reusable) ? Duration.infinity : Duration.zero`,
    replace: `Exit.isSuccess(exit) && !Duration.isPositive(exit.value.reusable) ? Duration.zero : Duration.infinity`,
    test: tokens
  },
  {
    control: "who is refused together shares one new token",
    file: `${src}/Tokens.ts`,
    find: `return yield* Cache.get(replacements, { owner: asked, token: refused.token })`,
    replace: `yield* memory.drop(asked)
      yield* report(slug, refused.token)
      return yield* memory.get(asked)`,
    test: tokens
  },
  {
    control: "a token that was replaced already is not replaced again",
    file: `${src}/Tokens.ts`,
    find: `if (Option.isSome(current) && !Equal.equals(current.value.token, refused.token)) return current.value`,
    replace: ``,
    test: tokens
  },
  {
    control: "a refused token is dropped",
    file: `${src}/Tokens.ts`,
    find: `Effect.ensuring(report(owner.slug, token), memory.drop(owner))`,
    replace: `report(owner.slug, token)`,
    test: tokens
  },
  {
    control: "a refused token is dropped once the service knows of it",
    file: `${src}/Tokens.ts`,
    find: `Effect.ensuring(report(owner.slug, token), memory.drop(owner))`,
    replace: `Effect.andThen(memory.drop(owner), report(owner.slug, token))`,
    test: tokens
  },
  {
    control: "a token that can not be named is no trouble of the caller's",
    file: `${src}/fingerprint.ts`,
    find: `Effect.tryPromise(() =>`,
    replace: `Effect.promise(() =>`,
    test: tokens
  },
  {
    control: "a report that fails is not the caller's trouble",
    file: `${src}/Tokens.ts`,
    find: `isRecord)
    }).pipe(Effect.ignore)`,
    replace: `isRecord)
    })`,
    test: tokens
  },
  {
    control: "a key is not taken for a slug",
    file: `${src}/slug.ts`,
    find: ` && !/vendo_(?:sk|at)_/i.test(slug)`,
    replace: ``,
    test: tokens
  },
  {
    control: "a stream goes on after the last event",
    file: `${src}/Events.ts`,
    find: `lastEventId = message.id ?? lastEventId`,
    replace: `lastEventId = message.id`,
    test: events
  },
  {
    control: "waits begin anew after an event",
    file: `${src}/Events.ts`,
    find: `        attempt = 0
`,
    replace: ``,
    test: events
  },
  {
    control: "what refuses the caller for good ends the stream",
    file: `${src}/Events.ts`,
    find: `if (isFinal(failure)) return yield* failure`,
    replace: ``,
    test: events
  },
  {
    control: "a stream too many is waited for",
    file: `${src}/Events.ts`,
    find: ` && !passing.has(status)`,
    replace: ``,
    test: events
  },
  {
    control: "a connection that is left is let go of",
    file: `${src}/Events.ts`,
    find: `yield* current?.close ?? Effect.void`,
    replace: ``,
    test: events
  },
  {
    control: "a silent connection is left",
    file: `${src}/eventReading.ts`,
    find: `Effect.timeoutOrElse({ duration: silence, orElse: () => Effect.fail(silent) })`,
    replace: `Effect.tap(() => Effect.void)`,
    test: events
  },
  {
    control: "characters may be cut in two",
    file: `${src}/eventReading.ts`,
    find: `decoder.decode(value, { stream: true })`,
    replace: `decoder.decode(value)`,
    test: events
  },
  {
    control: "an address carries no secret",
    file: `${src}/Settings.ts`,
    find: `url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== ""`,
    replace: `url.search !== "" || url.hash !== ""`,
    test: settings
  },
  {
    control: "what is blank was not given",
    file: `${src}/Environment.ts`,
    find: `const trimmed = value?.trim() ?? ""`,
    replace: `const trimmed = value ?? ""`,
    test: settings
  },
  {
    control: "a balance may be without an address to add to it",
    file: `${src}/Billing.ts`,
    find: "top_up_url: nullable(isString)",
    replace: "top_up_url: isString",
    test: "packages/client/test/Billing.test.ts"
  },
  {
    control: "a key is fit for a header",
    file: `${src}/Settings.ts`,
    find: `!/^[!-~]+$/.test(Redacted.value(key))`,
    replace: `false`,
    test: settings
  }
]
