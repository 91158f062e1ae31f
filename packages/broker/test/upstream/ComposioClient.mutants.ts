import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/upstream/ComposioClient.test.ts"
const src = "packages/broker/src/upstream"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "an account that was disabled gives no token",
    file: `${src}/composioAccount.ts`,
    find: `worst(account.is_disabled === true ? [...said, "INACTIVE"] : said)`,
    replace: "worst(said)",
    test,
    name: "each status of an account"
  },
  {
    control: "an expired account is not taken for a passing failure",
    file: `${src}/composioAccount.ts`,
    find: `EXPIRED: refuse("dead"`,
    replace: `EXPIRED: refuse("faulty"`,
    test,
    name: "each status of an account"
  },
  {
    control: "an unfinished connect flow condemns no connection",
    file: `${src}/composioAccount.ts`,
    find: `INITIATED: refuse("unfinished"`,
    replace: `INITIATED: refuse("dead"`,
    test,
    name: "each status of an account"
  },
  {
    control: "a switch that can not be read is not passed over",
    file: `${src}/composioAccount.ts`,
    find: "const toggle = Schema.optionalKey(Schema.NullOr(Schema.Boolean))",
    replace: "const toggle = lenient(Schema.NullOr(Schema.Boolean))",
    test,
    name: "each status of an account"
  },
  {
    control: "an operator's switch is not blamed on the account",
    file: `${src}/composioAccount.ts`,
    find: `if (off && status === "INACTIVE")`,
    replace: `if (off && status === "FAILED")`,
    test,
    name: "an operator's switch"
  },
  {
    control: "under a disabled auth config nothing is vended",
    file: `${src}/composioAccount.ts`,
    find: `if (off && status === "ACTIVE")`,
    replace: `if (off && status === "FAILED")`,
    test,
    name: "each status of an account"
  },
  {
    control: "of two statuses the worse counts",
    file: `${src}/composioAccount.ts`,
    find: "statuses.findLast(",
    replace: "statuses.find(",
    test,
    name: "of two statuses"
  },
  {
    control: "a status nobody knows condemns no connection and vends nothing",
    file: `${src}/composioAccount.ts`,
    find: "said.every(isStatus)",
    replace: "said.some(isStatus)",
    test,
    name: "a status nobody knows"
  },
  {
    control: "a token of another account is not taken",
    file: `${src}/composioAnswer.ts`,
    find: "if (account.id !== question.account)",
    replace: `if (account.id === "")`,
    test,
    name: "a token of another account"
  },
  {
    control: "a scheme without one single token is not vended",
    file: `${src}/composioCredential.ts`,
    find: "const place = places.get(state.authScheme)",
    replace: "const place = places.get(state.authScheme) ?? accessToken",
    test,
    name: "the credential is taken"
  },
  {
    control: "a masked value is not vended",
    file: `${src}/composioCredential.ts`,
    find: "if (isMasked(token, place))",
    replace: `if (isMasked("", place))`,
    test,
    name: "nothing but a token"
  },
  {
    control: "a placeholder is not vended",
    file: `${src}/composioCredential.ts`,
    find: "if (isPlaceholder(token))",
    replace: `if (isPlaceholder(""))`,
    test,
    name: "nothing but a token"
  },
  {
    control: "what can not stand in a header is not vended",
    file: `${src}/composioCredential.ts`,
    find: "return isPresentable(token) ?",
    replace: `return isPresentable("presentable") ?`,
    test,
    name: "nothing but a token"
  },
  {
    control: "a credential is taken from its own place only",
    file: `${src}/composioCredential.ts`,
    find: `["BEARER_TOKEN", { fields: ["token"], oauth: false }]`,
    replace: `["BEARER_TOKEN", { fields: ["token", "access_token"], oauth: false }]`,
    test,
    name: "the credential is taken"
  },
  {
    control: "a page that says 404 does not condemn a connection",
    file: `${src}/composioAnswer.ts`,
    find: "return saysGone(body) ? gone : notThere",
    replace: "return gone",
    test,
    name: "an account is gone only when"
  },
  {
    control: "a path that is not there does not condemn a connection",
    file: `${src}/composioAnswer.ts`,
    find: `!("slug" in error && error.slug.startsWith("HTTP_"))`,
    replace: "error.message.length > 0",
    test,
    name: "an account is gone only when"
  },
  {
    control: "our key being refused condemns no connection",
    file: `${src}/composioAnswer.ts`,
    find: "return keyRefused",
    replace: "return gone",
    test,
    name: "each HTTP status"
  },
  {
    control: "a refused question condemns no connection",
    file: `${src}/composioAnswer.ts`,
    find: "return status >= 400 ? refused : unreadable",
    replace: "return status >= 400 ? gone : unreadable",
    test,
    name: "each HTTP status"
  },
  {
    control: "a failure of the host is tried again",
    file: `${src}/composioAnswer.ts`,
    find: `"Composio fails at the moment", { again: "cheap", host`,
    replace: `"Composio fails at the moment", { again: "never", host`,
    test,
    name: "each HTTP status"
  },
  {
    control: "an upstream that forbids to ask again is not asked again",
    file: `${src}/composioHttp.ts`,
    find: `headers["x-should-retry"] === "false"`,
    replace: `headers["x-should-retry"] === "never"`,
    test,
    name: "an upstream that forbids"
  },
  {
    control: "what an upstream asks us to wait is passed on",
    file: `${src}/composioAnswer.ts`,
    find: "Option.orElseSome(answer.retryAfter, () => Duration.seconds(1))",
    replace: "Option.some(Duration.seconds(1))",
    test,
    name: "what an upstream asks us to wait"
  },
  {
    control: "nobody is asked to wait for longer than five minutes",
    file: `${src}/boundedAnswer.ts`,
    find: "Duration.min(wait, mostPatience)",
    replace: "wait",
    test,
    name: "what an upstream asks us to wait"
  },
  {
    control: "a wait that is none is not passed on",
    file: `${src}/boundedAnswer.ts`,
    find: "Option.filter((wait) => Duration.isGreaterThan(wait, Duration.zero)),",
    replace: "",
    test,
    name: "what an upstream asks us to wait"
  },
  {
    control: "bytes that are no text are no answer",
    file: `${src}/boundedAnswer.ts`,
    find: "{ fatal: true }",
    replace: "{ fatal: false }",
    test,
    name: "a body that can not be read"
  },
  {
    control: "a body is read up to its bound",
    file: `${src}/boundedAnswer.ts`,
    find: "if (size > mostBytes)",
    replace: "if (size > 2 * mostBytes)",
    test,
    name: "a body that can not be read"
  }
]
