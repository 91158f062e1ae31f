import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/sdk/test/conformance.test.ts"
const token = { file: "packages/client/src/Token.ts", test }
const tokens = { file: "packages/client/src/Tokens.ts", test }
const fingerprint = { file: "packages/client/src/fingerprint.ts", test }
const attempts = { file: "packages/client/src/session.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
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
    find: "Effect.ensuring(report(owner.slug, token), memory.drop(owner))",
    replace: "memory.drop(owner)",
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
    find: "Effect.ensuring(report(owner.slug, token), memory.drop(owner))",
    replace: "report(owner.slug, token)",
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
  }
]
