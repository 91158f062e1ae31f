import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/upstream/wire.test.ts"
const src = "packages/broker/src/upstream"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a body is read no further than its bound, however it was packed",
    file: `${src}/boundedAnswer.ts`,
    find: "if (size > mostBytes)",
    replace: "if (size > 1e9)",
    test,
    name: "up to its bound"
  },
  {
    control: "a connection nobody waits for is closed",
    file: `${src}/composioHttp.ts`,
    find: "HttpClient.withScope(yield* HttpClient.HttpClient)",
    replace: "yield* HttpClient.HttpClient",
    test,
    name: "nobody reads"
  },
  {
    control: "a host that can not be found is not blamed on an account",
    file: `${src}/boundedAnswer.ts`,
    find: "if (said.some((code) => unknownName.test(code)))",
    replace: "if (said.length === 0)",
    test,
    name: "nobody there"
  },
  {
    control: "a host without a proper certificate is not blamed on an account",
    file: `${src}/boundedAnswer.ts`,
    find: "said.some((code) => badCertificate.test(code)) ?",
    replace: "said.length === 0 ?",
    test,
    name: "nobody there"
  }
]
