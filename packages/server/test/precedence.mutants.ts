import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/precedence.pg.test.ts"
const edges = "packages/server/src/Edges.ts"
const resolver = "packages/broker/src/vend/CredentialResolver.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "framing is judged before load",
    file: edges,
    find: `if (fault !== undefined) return now`,
    replace: `if (fault !== undefined && inFlight < settings.maxInFlight) return now`,
    test
  },
  {
    control: "load is judged before the route",
    file: edges,
    find: `if (inFlight >= settings.maxInFlight) return now(overloaded)`,
    replace: `if (inFlight >= settings.maxInFlight && methodsOf(pathOf(outer.url)).length > 0) return now(overloaded)`,
    test
  },
  {
    control: "the route is judged before the method",
    file: edges,
    find: `if (allow.length > 0 && !allow.includes(method)) {`,
    replace: `if (!allow.includes(method)) {`,
    test
  },
  {
    control: "the method is judged before a secret in the query",
    file: edges,
    find: `if (leaksSecret(request.url) && methodsOf(pathOf(request.url)).includes(request.method)) {`,
    replace: `if (leaksSecret(request.url)) {`,
    test
  },
  {
    control: "the shape of a selector is judged at all, before the key",
    file: "packages/server/src/Credentials.ts",
    find: `if (connection !== undefined && !isConnectionId(connection)) return invalidConnection`,
    replace: `if (connection !== undefined && !isConnectionId(connection)) return resolver.resolve({ key: bearer(headers["authorization"]), slug: "", userJwt: Option.none(), connection: Option.none() }).pipe(Effect.andThen(invalidConnection))`,
    test
  },
  {
    control: "the key is judged before the user",
    file: resolver,
    find: `if (decision.decision === "app_revoked" || decision.decision === "app_expired") {`,
    replace: `if (Option.isNone(userJwt) && (decision.decision === "app_revoked" || decision.decision === "app_expired")) {`,
    test
  },
  {
    control: "the user is judged before the provider",
    file: resolver,
    find: `if (Option.isSome(userJwt)) return identityInvalid`,
    replace: `if (Option.isSome(userJwt) && Option.isSome(Catalog.find(slug))) return identityInvalid`,
    test
  },
  {
    control: "the provider is judged before the connection and its profile",
    file: resolver,
    find: `if (Option.isNone(Catalog.find(slug))) return providerUnknown(slug)`,
    replace: `if (Option.isNone(Catalog.find(slug)) && decision.decision === "binding_missing") return providerUnknown(slug)`,
    test
  },
  {
    control: "the session is judged before the object",
    file: "packages/broker/src/database/Tenancy.ts",
    find: `if (gate === undefined || gate.token_id === null) return yield* tokens.refusal`,
    replace: `if (gate === undefined) return yield* tokens.refusal`,
    test
  }
]
