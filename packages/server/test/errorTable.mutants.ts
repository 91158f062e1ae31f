import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/errorTable.pg.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "no answer is kept by a cache",
    file: "packages/server/src/Answer.ts",
    find: `"cache-control": "no-store"`,
    replace: `"cache-control": "private"`,
    test
  },
  {
    control: "every answer has a request id",
    file: "packages/server/src/Answer.ts",
    find: `[requestIdHeader]: requestId`,
    replace: `[requestIdHeader]: ""`,
    test
  },
  {
    control: "a 401 says nothing of an error when nothing was sent",
    file: "packages/api/src/WireError.ts",
    find: `const sent = !("challenge" in error) || error.challenge !== "none"`,
    replace: `const sent = true`,
    test
  },
  {
    control: "a 405 says what is allowed",
    file: "packages/api/src/WireError.ts",
    find: `if ("allow" in error)`,
    replace: `if (false)`,
    test
  },
  {
    control: "a 503 says when to come back",
    file: "packages/api/src/WireError.ts",
    find: `if ("retry_after" in error && error.retry_after !== undefined)`,
    replace: `if (false)`,
    test
  },
  {
    control: "headers that are too large are a 431",
    file: "packages/api/src/WireError.ts",
    find: `code === "too_large" && error.part === "headers" ? headersTooLarge : `,
    replace: ``,
    test
  },
  {
    control: "of a defect the caller learns its number and nothing else",
    file: "packages/server/src/Edges.ts",
    find: `    new InternalError({ detail: requestId })\n  )`,
    replace: `    new InternalError({ detail: Cause.pretty(cause) })\n  )`,
    test
  },
  {
    control: "the log has the rest, under that number",
    file: "packages/server/src/Edges.ts",
    find: `Effect.annotateLogs(Effect.logError("defect", cause), { requestId })`,
    replace: `Effect.void`,
    test
  },
  {
    control: "load beyond the limit is shed",
    file: "packages/server/src/Edges.ts",
    find: `if (inFlight >= settings.maxInFlight) return now(overloaded)`,
    replace: ``,
    test
  },
  {
    control: "what the parser refuses has our form",
    file: "packages/server/src/Http.ts",
    find: `server.on("clientError", (`,
    replace: `server.on("elsewhere", (`,
    test
  },
  {
    control: "a lock that does not come is an outage, no defect",
    file: "packages/broker/src/database/orUnavailable.ts",
    find: `  "LockTimeoutError",`,
    replace: ``,
    test
  },
  {
    control: "too many connections are an outage, no defect",
    file: "packages/broker/src/database/orUnavailable.ts",
    find: `/^(?:53|`,
    replace: `/^(?:`,
    test
  }
]
