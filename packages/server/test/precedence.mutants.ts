import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/precedence.pg.test.ts"
const edges = "packages/server/src/Edges.ts"
const decisions = "packages/broker/src/vend/decisions.ts"

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
    file: "packages/server/src/unrouted.ts",
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
    file: "packages/server/src/asking.ts",
    find: `if (connection !== undefined && !isConnectionId(connection)) return notConnection`,
    replace: ``,
    test
  },
  {
    control: "the key is judged before the user",
    file: decisions,
    find: `if (decision === "app_revoked" || decision === "app_expired") return`,
    replace: `if (fault === undefined && (decision === "app_revoked" || decision === "app_expired")) return`,
    test
  },
  {
    control: "the user is judged before the provider",
    file: decisions,
    find: `if (fault !== undefined) return fault`,
    replace: `if (fault !== undefined && Option.isSome(Catalog.find(slug))) return fault`,
    test
  },
  {
    control: "the provider is judged before the connection and its profile",
    file: decisions,
    find: `if (Option.isNone(Catalog.find(slug))) {`,
    replace: `if (Option.isNone(Catalog.find(slug)) && decision === "binding_missing") {`,
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
