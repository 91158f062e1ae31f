import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/upstream/tokenTimes.test.ts"
const src = "packages/broker/src/upstream"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "the upstream's clock is taken, and not ours",
    file: `${src}/composioHttp.ts`,
    find: "onSome: DateTime.toEpochMillis",
    replace: "onSome: () => asked",
    test,
    name: "a wrong clock"
  },
  {
    control: "the time an answer took is not given to the token",
    file: `${src}/ComposioClient.ts`,
    find: "const elapsed = Duration.nanos(now - answer.askedAt)",
    replace: "const elapsed = Duration.zero",
    test,
    name: "the time an answer takes"
  },
  {
    control: "what was known is as of when the question was sent",
    file: `${src}/ComposioClient.ts`,
    find: "Duration.nanos(answer.askedAt - started)",
    replace: "Duration.zero",
    test,
    name: "the time attempts took"
  },
  {
    control: "a JWT that ends sooner ends sooner",
    file: `${src}/composioAnswer.ts`,
    find: "...Option.toArray(expiryOfJwt(token))",
    replace: "",
    test,
    name: "each of its spellings"
  },
  {
    control: "an old token is told from a new one",
    file: `${src}/composioAnswer.ts`,
    find: "sameToken: Redacted.value(before) === token",
    replace: "sameToken: Redacted.value(before) !== token",
    test,
    name: "the token before"
  }
]
