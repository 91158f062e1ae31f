import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/sdk/test/conformance.test.ts"
const failure = { file: "packages/client/src/Failure.ts", test }
const calls = { file: "packages/client/src/Calls.ts", test }
const backoff = { file: "packages/domain/src/backoff.ts", test }
const transport = { file: "packages/client/src/fetchTransport.ts", test }

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
  }
]
