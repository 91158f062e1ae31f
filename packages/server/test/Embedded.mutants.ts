import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/Embedded.pg.test.ts"
const embedded = { file: "packages/server/src/Embedded.ts", test }
const framing = { file: "packages/server/src/Framing.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...embedded,
    control: "who gives up, or closes, ends the work",
    find: `{ signal: AbortSignal.any([request.signal, closed]) }`,
    replace: `{ signal: null }`
  },
  {
    ...embedded,
    control: "who closes the service ends what is under way",
    find: `AbortSignal.any([request.signal, closed])`,
    replace: `request.signal`
  },
  {
    ...embedded,
    control: "the far end is this process, not what the broker was built with",
    find: `Layer.fresh(FetchHttpClient.layer)`,
    replace: `FetchHttpClient.layer`
  },
  {
    ...embedded,
    control: "a body is no larger than a listener would take",
    find: `Layer.succeed(HttpIncomingMessage.MaxBodySize, Routes.maximumBody)`,
    replace: `Layer.empty`
  },
  {
    ...embedded,
    control: "a path is read with the settings of a listener",
    find: `Layer.succeed(HttpRouter.RouterConfig, Routes.config)`,
    replace: `Layer.empty`
  },
  {
    ...framing,
    control: "headers are no larger than a listener would take",
    find: `if (\`\${request.method}`,
    replace: `if (false && \`\${request.method}`
  },
  {
    ...framing,
    control: "the headers of a request in this process are judged like others",
    find: `return faultOfHeaders(headers.flat(), "1.1")`,
    replace: `return undefined`
  },
  {
    ...framing,
    control: "the host of the URL is the host that is asked",
    find: `request.headers.get("host") ?? new URL(request.url).host`,
    replace: `request.headers.get("host") ?? "localhost"`
  }
]
