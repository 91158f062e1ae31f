import type { Mutant } from "@vendodev/testing/Mutant"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a credential is that of the connection it is listed with",
    file: "packages/broker/src/vend/CredentialResolver.ts",
    find: "Option.fromUndefinedOr(connections?.get(slug))",
    replace: "Option.none<ConnectionId>()",
    test: "packages/broker/test/vend/BoundConnections.pg.test.ts"
  }
]
