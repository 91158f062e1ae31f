import type { Mutant } from "@vendodev/testing/Mutant"

const refused = { file: "packages/server/src/Refused.ts", test: "packages/server/test/refused.pg.test.ts" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...refused,
    control: "a field nobody declared, such as the token itself, is refused",
    find: `{ onExcessProperty: "error" }`,
    replace: `{}`
  },
  {
    ...refused,
    control: "the body is small",
    find: `Effect.provideService(request.text, HttpIncomingMessage.MaxBodySize, largestBody)`,
    replace: `request.text`
  },
  {
    ...refused,
    control: "the body is JSON, and says so",
    find: `if (!json.test(request.headers["content-type"] ?? "")) return yield* notJson`,
    replace: ``
  },
  {
    ...refused,
    control: "a key in the place of a slug is refused, unrepeated",
    find: `if (!canBeSlug(slug)) return yield* notSlug`,
    replace: `if (slug === undefined) return yield* notSlug`
  },
  {
    ...refused,
    control: "another route is judged by its own methods",
    find: `unrouted("POST", request.url)`,
    replace: `unrouted("GET", request.url)`
  },
  {
    ...refused,
    file: "packages/server/src/ValidRequest.ts",
    control: "a name that could be a key is not repeated",
    find: ` && !/vendo_(?:sk|at|c[tv])_/.test(path)`,
    replace: ``
  },
  {
    ...refused,
    file: "packages/broker/src/vend/Reports.ts",
    control: "reports are counted, and before the user is looked at",
    find: `yield* limit(decision)\n          if (refusal !== undefined) return yield* refusal`,
    replace: `if (refusal !== undefined) return yield* refusal\n          yield* limit(decision)`
  },
  {
    ...refused,
    file: "packages/server/src/Credentials.ts",
    control: "what is there with another method is not called missing",
    find: `return unrouted("GET", target)`,
    replace: `return unrouted("POST", target)`
  }
]
