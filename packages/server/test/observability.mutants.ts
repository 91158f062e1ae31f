import type { Mutant } from "@vendodev/testing/Mutant"

const span = { file: "packages/server/src/requestSpan.ts", test: "packages/server/test/observability.slow.test.ts" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...span,
    control: "a request is one span",
    file: "packages/server/src/Observability.ts",
    find: "HttpMiddleware.TracerDisabledWhen, () => true",
    replace: "HttpMiddleware.TracerDisabledWhen, () => false"
  },
  {
    ...span,
    control: "a span names a route of the contract",
    find: `span.attribute("http.route", route)`,
    replace: ``
  },
  {
    ...span,
    control: "a span is under the trace it came with",
    find: `Option.getOrUndefined(HttpTraceContext.fromHeaders(request.headers))`,
    replace: `undefined`
  },
  {
    ...span,
    control: "what is ours to answer for is a failed span",
    find: `status >= 500 ?`,
    replace: `status >= 600 ?`
  },
  {
    ...span,
    control: "a log line has the id of its request",
    file: "packages/server/src/Edges.ts",
    find: `Context.add(References.CurrentLogAnnotations, { requestId })`,
    replace: `Context.add(References.CurrentLogAnnotations, {})`
  },
  {
    ...span,
    control: "a collector is told what it must be",
    file: "packages/server/src/Observability.ts",
    find: `headers: Redacted.value(headers)`,
    replace: `headers: {}`
  }
]
