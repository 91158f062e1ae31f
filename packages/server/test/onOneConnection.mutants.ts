import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/onOneConnection.pg.test.ts"
const http = "packages/server/src/Http.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "an answer of the parser waits for those before it",
    file: http,
    find: `else previous.once("close", answer)`,
    replace: `else answer()`,
    test
  },
  {
    control: "a fault in a later body waits for the answers before it",
    file: http,
    find: `else end(socket, before.get(response), () =>`,
    replace: `else end(socket, undefined, () =>`,
    test
  },
  {
    control: "a request that was answered is not answered again",
    file: http,
    find: `(response.headersSent ? undefined : faultOf(error))`,
    replace: `faultOf(error)`,
    test
  },
  {
    control: "a connection on which the parser lost its place is closed",
    file: http,
    find: `if (request.headers.upgrade !== undefined) response.shouldKeepAlive = false`,
    replace: ``,
    test
  },
  {
    control: "a slot is given back by a client that went away",
    file: "packages/server/src/Edges.ts",
    find: `onFailure: (cause) => {\n              inFlight--`,
    replace: `onFailure: (cause) => {`,
    test
  }
]
