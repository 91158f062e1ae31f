import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/sdk/test/conformance.test.ts"
const failure = { file: "packages/client/src/Failure.ts", test }
const environment = { file: "packages/client/src/Environment.ts", test }
const calls = { file: "packages/client/src/Calls.ts", test }
const backoff = { file: "packages/domain/src/backoff.ts", test }
const transport = { file: "packages/client/src/fetchTransport.ts", test }
const settings = { file: "packages/client/src/Settings.ts", test }
const token = { file: "packages/client/src/Token.ts", test }
const tokens = { file: "packages/client/src/Tokens.ts", test }
const fingerprint = { file: "packages/client/src/fingerprint.ts", test }
const attempts = { file: "packages/client/src/session.ts", test }
const slug = { file: "packages/client/src/slug.ts", test }
const user = { file: "packages/client/src/UserJwt.ts", test }
const headers = { file: "packages/client/src/headerOf.ts", test }
const session = { file: "packages/sdk/src/session.ts", test }
const errors = { file: "packages/sdk/src/VendoError.ts", test }
const vendo = { file: "packages/sdk/src/Vendo.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...failure,
    control: "unavailable is asked again",
    find: `["upstream_error", "unavailable", "overloaded"]`,
    replace: `["upstream_error", "overloaded"]`,
    name: "unavailable is asked again once, and the second answer counts"
  },
  {
    ...failure,
    control: "a rate that is limited is not asked again",
    find: `(["upstream_error",`,
    replace: `(["rate_limited", "upstream_error",`,
    name: "rate_limited is thrown as RateLimited, and not asked again"
  },
  {
    ...environment,
    control: "white space around a variable does not count",
    find: `value?.trim() ?? ""`,
    replace: `value ?? ""`,
    name: "a token from the environment comes without the white space around it"
  },
  {
    ...environment,
    control: "a blank variable is one that is not set",
    find: `return trimmed === ""`,
    replace: `return trimmed === "-"`,
    name: "an empty override is one that is not set"
  },
  {
    ...calls,
    control: "every call for a user names that user",
    find: "...(Option.isSome(jwt) && { [userJwtHeader]: jwt.value }),",
    replace: "",
    name: "every call of a client for a user names that user"
  },
  {
    ...calls,
    control: "every call says its version",
    find: `"vendo-api-version": apiVersion,`,
    replace: "",
    name: "every call says who asks and in which version, and names no user"
  },
  {
    ...calls,
    control: "a call that may pass is made again",
    find: "Effect.retry({ schedule: policy, while: isPassing }),",
    replace: "",
    name: "a connection that is reset is asked again once"
  },
  {
    ...calls,
    control: "a call that will not pass is not made again",
    find: "while: isPassing",
    replace: "while: () => true",
    name: "app_revoked is thrown as AuthError, and not asked again"
  },
  {
    ...calls,
    control: "silence has an end",
    find: `while: isPassing }),
              Effect.timeoutOrElse({ duration: timeout,`,
    replace: `while: isPassing }),
              Effect.timeoutOrElse({ duration: Duration.seconds(4),`,
    name: "silence is UpstreamError after the time-out"
  },
  {
    ...calls,
    control: "a code in the body counts",
    find: `answer.header("vendo-error-code") ?? string("code")`,
    replace: `answer.header("vendo-error-code")`,
    name: "a code in the body counts where no header has one"
  },
  {
    ...calls,
    control: "the code of the header comes first",
    find: `answer.header("vendo-error-code") ?? string("code")`,
    replace: `string("code") ?? answer.header("vendo-error-code")`,
    name: "the code of the header wins over one in the body"
  },
  {
    ...calls,
    control: "429 without a code is a rate",
    find: "answer.status === 429",
    replace: "answer.status === 430",
    name: "429 without a code is RateLimited, and not asked again"
  },
  {
    ...calls,
    control: "a Retry-After is read",
    find: "retryAfter: yield* retryAfterOf(answer)",
    replace: "retryAfter: undefined",
    name: "a Retry-After is waited for"
  },
  {
    ...calls,
    control: "a Retry-After that is a date is read",
    find: `/^[A-Z][a-z]/.test(text) ? text : ""`,
    replace: `""`,
    name: "a Retry-After that is a date beyond the time-out is not waited for"
  },
  {
    ...calls,
    control: "a Retry-After that is no date is not read",
    find: `/^[A-Z][a-z]/.test(text) ? text : ""`,
    replace: "text",
    name: "a Retry-After below zero is not there"
  },
  {
    ...calls,
    control: "an answer is checked before it is believed",
    find: "Option.isSome(body) && guard(body.value)",
    replace: "Option.isSome(body)",
    name: "an answer without a token is UpstreamError"
  },
  {
    ...calls,
    control: "an error says where it is mended",
    find: `connectUrl: string("connect_url")`,
    replace: "connectUrl: undefined",
    name: "binding_missing is thrown as NotConnected, and not asked again"
  },
  {
    ...backoff,
    control: "a wait that leaves no time is not begun",
    find: "Duration.isGreaterThanOrEqualTo(begins, deadline)",
    replace: "Duration.isNegative(begins)",
    name: "a Retry-After beyond the time-out is not waited for"
  },
  {
    ...transport,
    control: "a redirect is not followed",
    find: `redirect: "manual"`,
    replace: `redirect: "follow"`,
    name: "a redirect of status 302 is not followed"
  },
  {
    ...settings,
    control: "a base URL may end in /api",
    find: `.replace(/\\/api$/, "")`,
    replace: "",
    name: "a base URL with /api at its end is the one without"
  },
  {
    ...settings,
    control: "a URL may end in a slash",
    find: `.replace(/\\/+$/, "")`,
    replace: "",
    name: "tokens come from the credentials URL where there is one"
  },
  {
    ...settings,
    control: "a URL has no query",
    find: `url.search !== "" || `,
    replace: "",
    name: "a base URL with a query is refused"
  },
  {
    ...settings,
    control: "a URL has no fragment",
    find: ` || url.hash !== ""`,
    replace: "",
    name: "a base URL with a fragment is refused"
  },
  {
    ...settings,
    control: "a URL has no user",
    find: `url.username !== "" || url.password !== "" || `,
    replace: "",
    name: "a base URL with a user in it is refused"
  },
  {
    ...settings,
    control: "a URL is one of HTTP",
    find: "|| !/^https?:$/.test(url.protocol)",
    replace: "",
    name: "a base URL of another scheme is refused"
  },
  {
    ...settings,
    control: "a key is what a header can carry",
    find: "!/^[!-~]+$/.test(Redacted.value(key))",
    replace: `Redacted.value(key) === ""`,
    name: "a key that no header can carry is refused before anything is sent"
  },
  {
    ...settings,
    control: "a time-out is above zero",
    find: "^[1-9]\\d{0,8}$",
    replace: "^\\d{1,9}$",
    name: "a time-out of zero is refused"
  },
  {
    ...settings,
    control: "a sandbox is one when the variable is 1",
    find: `Option.contains(yield* read("VENDO_SANDBOX"), "1")`,
    replace: `Option.isSome(yield* read("VENDO_SANDBOX"))`,
    name: "a sandbox that is not 1 is none"
  },
  {
    ...settings,
    control: "a key that is said comes first",
    find: `Option.isSome(given) ? given : yield* environment.get("VENDO_API_KEY")`,
    replace: `yield* environment.get("VENDO_API_KEY")`,
    name: "a key that is said wins over the variable"
  },
  {
    ...token,
    control: "a token in its last minute is not kept",
    find: "const safetyMargin = Duration.seconds(60)",
    replace: "const safetyMargin = Duration.seconds(0)",
    name: "a token in its last minute is not kept"
  },
  {
    ...token,
    control: "a token with more than a minute to live is kept",
    find: "const safetyMargin = Duration.seconds(60)",
    replace: "const safetyMargin = Duration.seconds(600)",
    name: "a token with more than a minute to live is kept"
  },
  {
    ...token,
    control: "a token is kept for a while",
    find: "const longest = Duration.seconds(60)",
    replace: "const longest = Duration.seconds(0)",
    name: "a token that does not expire is handed out again within the minute"
  },
  {
    ...token,
    control: "a token is some text",
    find: `isString(value) && value !== ""`,
    replace: "isString(value)",
    name: "an answer with an empty token is UpstreamError"
  },
  {
    ...tokens,
    control: "a token is kept for its user alone",
    find: "(user): TokenMemory.Owner => ({ user, slug })",
    replace: "(): TokenMemory.Owner => ({ user: Option.none(), slug })",
    name: "no token is shared between users, nor with the deployment"
  },
  {
    ...tokens,
    control: "an override comes first",
    find: "if (Option.isSome(override)) return override",
    replace: "",
    name: "the override wins over the service, which is not asked"
  },
  {
    ...tokens,
    control: "with a key no conventional variable counts",
    find: "if (Option.isSome(apiKey)) return Option.none()",
    replace: "",
    name: "with a key the service is asked and the conventional variable is not"
  },
  {
    ...tokens,
    control: "fifty slugs are asked for at once",
    find: "const mostSlugs = 50",
    replace: "const mostSlugs = 51",
    name: "fifty-one slugs are two requests"
  },
  {
    ...tokens,
    control: "a slug is asked for once",
    find: "of new Set(slugs)",
    replace: "of slugs",
    name: "a slug asked for twice is sent once"
  },
  {
    ...tokens,
    control: "a slug that speaks of tokens is asked for alone",
    find: "/token/i.test(slug)",
    replace: "/token/.test(slug)",
    name: "a slug that speaks of tokens is asked for alone"
  },
  {
    ...tokens,
    control: "what is at hand is not asked for again",
    find: `yield* memory.find(yield* owner(slug))
    }).pipe(Effect.result)`,
    replace: `Option.none<Token>()
    }).pipe(Effect.result)`,
    name: "what is at hand is not asked for again"
  },
  {
    ...tokens,
    control: "what was fetched with others is kept",
    find: "memory.keep(owner, answer.success)",
    replace: "Effect.void",
    name: "what was fetched with others is kept"
  },
  {
    ...tokens,
    control: "a refused key is no null",
    find: "aboutAll.has(code) || ",
    replace: "",
    name: "a key that is refused for one asked for alone is no null"
  },
  {
    ...tokens,
    control: "silence is no null",
    find: " || status === undefined",
    replace: "",
    name: "silence about one asked for alone is no null"
  },
  {
    ...tokens,
    control: "a refused token is reported",
    find: "yield* report(owner.slug, token)",
    replace: "",
    name: "a token the provider refuses is reported and fetched anew, and the request sent once more"
  },
  {
    ...tokens,
    control: "a report names the status",
    find: "status: 401 }",
    replace: "status: 403 }",
    name: "a token the provider refuses is reported and fetched anew, and the request sent once more"
  },
  {
    ...tokens,
    control: "a refused token is dropped",
    find: "yield* memory.drop(owner)",
    replace: "",
    name: "the token after a refused one is kept"
  },
  {
    ...tokens,
    control: "a variable is reported to nobody",
    find: `if (refused.origin === "environment") return yield* get(slug)`,
    replace: "",
    name: "an override a provider refuses is reported to nobody"
  },
  {
    ...tokens,
    control: "a report that fails changes nothing",
    find: "}).pipe(Effect.ignore)",
    replace: "})",
    name: "a report that is refused changes nothing"
  },
  {
    ...fingerprint,
    control: "a fingerprint is a SHA-256",
    find: `"SHA-256"`,
    replace: `"SHA-384"`,
    name: "a token the provider refuses is reported and fetched anew, and the request sent once more"
  },
  {
    ...fingerprint,
    control: "a fingerprint has two digits a byte",
    find: `.padStart(2, "0")`,
    replace: "",
    name: "a token the provider refuses is reported and fetched anew, and the request sent once more"
  },
  {
    ...attempts,
    control: "a request a provider refused is sent once more",
    find: "if (!isRefused(answer)) return answer",
    replace: "if (answer !== undefined) return answer",
    name: "a token the provider refuses is reported and fetched anew, and the request sent once more"
  },
  {
    ...attempts,
    control: "a request is not sent a third time",
    find: "return yield* send(yield* tokens.replace(slug, token))",
    replace: `const next = yield* tokens.replace(slug, token)
    return isRefused(yield* send(next)) ? yield* send(next) : answer`,
    name: "a provider that keeps refusing is not asked a third time"
  },
  {
    ...slug,
    control: "a slug has 63 characters at most",
    find: "{1,63}",
    replace: "{1,64}",
    name: "a slug of 64 characters is refused"
  },
  {
    ...slug,
    control: "a key is no slug",
    find: "&& !/vendo_(?:sk|at)_/i.test(slug)",
    replace: "",
    name: "a key in the place of a slug is neither sent nor repeated"
  },
  {
    ...slug,
    control: "a hyphen is an underscore in a variable",
    find: `.replaceAll("-", "_")`,
    replace: "",
    name: "the override of a slug with hyphens is written with underscores"
  },
  {
    ...user,
    control: "a blank user token names nobody",
    find: `if (jwt === "") return Effect.fail(absent)`,
    replace: "",
    name: "a request with a blank header names nobody, and nothing is sent"
  },
  {
    ...user,
    control: "a user token is one that a header can carry",
    find: "/^[!-~]+$/.test(jwt) ?",
    replace: `jwt !== "" ?`,
    name: "a user token with a space in it is refused, and nothing is sent"
  },
  {
    ...user,
    control: "white space around a user token does not count",
    find: "text.trim()",
    replace: "text",
    name: "a user token is sent without the white space around it"
  },
  {
    ...headers,
    control: "a header is found whatever its case",
    find: "String(key).toLowerCase() === name",
    replace: "String(key) === name",
    name: "a request names its user in X-VENDO-USER-JWT"
  },
  {
    ...headers,
    control: "of two user tokens none is taken",
    find: `values.join(", ")`,
    replace: "values[0]",
    name: "two user tokens in one request are refused"
  },
  {
    ...session,
    control: "only 401 refuses a token",
    find: "status === 401 && second",
    replace: "status >= 401 && second",
    name: "an answer of status 403 of a provider is left alone"
  },
  {
    ...session,
    control: "the token takes the place of what the caller sends",
    find: `headers.set("authorization"`,
    replace: `headers.append("authorization"`,
    name: "headers of the caller stay, but for the token"
  },
  {
    ...errors,
    control: "nothing bound is NotConnected",
    find: "binding_missing: NotConnected",
    replace: "binding_missing: AuthError",
    name: "binding_missing is thrown as NotConnected, and not asked again"
  },
  {
    ...errors,
    control: "a spend cap is no rate",
    find: "spend_cap_daily: SpendCapExceeded",
    replace: "spend_cap_daily: RateLimited",
    name: "spend_cap_daily is thrown as SpendCapExceeded, and not asked again"
  },
  {
    ...errors,
    control: "a code that is not known is kept",
    find: "?? VendoError)(failure.code,",
    replace: `?? VendoError)("upstream_error",`,
    name: "a code that is not known yet is kept, and not asked again"
  },
  {
    ...errors,
    control: "a wait is told in seconds",
    find: "retryAfter: failure.retryAfter && Math.ceil",
    replace: "retryAfter: failure.retryAfter && 60 * Math.ceil",
    name: "rate_limited is thrown as RateLimited, and not asked again"
  },
  {
    ...errors,
    control: "an error repeats no secret",
    find: "super(message)",
    replace: "super(`${message} ${JSON.stringify(globalThis.process.env)}`)",
    name: "an error does not repeat the key, the user or a token"
  },
  {
    ...vendo,
    control: "a call is made again once",
    find: "times: 1, baseMs: 200",
    replace: "times: 2, baseMs: 200",
    name: "a passing failure after another is not asked a third time"
  }
]
