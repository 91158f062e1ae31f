import type { Mutant } from "@vendodev/testing/Mutant"

const roundTrip = "packages/server/test/contract.test.ts"
const served = "packages/server/test/contract.pg.test.ts"
const wire = "packages/api/src/WireError.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "the client learns when to come back",
    file: wire,
    find: `...(retryAfter === undefined ? {} : { retry_after: Number(retryAfter) })`,
    replace: ``,
    test: roundTrip
  },
  {
    control: "the client learns whether a credential was missing or wrong",
    file: wire,
    find: `headers["www-authenticate"] === realm ? "none" : "invalid_token"`,
    replace: `"invalid_token"`,
    test: roundTrip
  },
  {
    control: "the client learns what was too large",
    file: wire,
    find: `part: status === headersTooLarge ? "headers" : "body"`,
    replace: `part: "body"`,
    test: roundTrip
  },
  {
    control: "the client learns who holds a credential",
    file: wire,
    find: `if ("bound_to" in error) body.bound_to = error.bound_to`,
    replace: ``,
    test: roundTrip
  },
  {
    control: "headers that are too large are declared",
    file: wire,
    find: `...(rows.includes(TooLarge) ? [forStatus(headersTooLarge, [TooLarge])] : [])`,
    replace: ``,
    test: served
  },
  {
    control: "all codes of a status are declared",
    file: "packages/api/src/ValidRequest.ts",
    find: `wireErrors(RequestInvalid, ValidationFailed)`,
    replace: `wireErrors(ValidationFailed)`,
    test: served
  },
  {
    control: "what a vend may refuse is declared",
    file: "packages/api/src/CredentialsGroup.ts",
    find: `      error: errors(...aboutOne)\n    }).annotate(OpenApi.Summary, "A fresh token for an integration"),`,
    replace: `      error: errors()\n    }).annotate(OpenApi.Summary, "A fresh token for an integration"),`,
    test: served
  },
  {
    control: "that reports are counted is declared",
    file: "packages/api/src/CredentialsGroup.ts",
    find: `error: errors(...aboutOne, RateLimited)`,
    replace: `error: errors(...aboutOne)`,
    test: served
  },
  {
    control: "the reference loads nothing from elsewhere",
    file: "packages/server/src/Edges.ts",
    find: `"default-src 'self' 'unsafe-inline'`,
    replace: `"default-src * 'unsafe-inline'`,
    test: served
  }
]
