import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/surfaces.slow.test.ts"
const surfaces = "packages/server/src/Surfaces.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a surface that is off is not there",
    file: surfaces,
    find: `(isOff(target) ? Option.none() : Option.some(target))`,
    replace: `Option.some(target)`,
    test
  },
  {
    control: "a path is taken as it is spelled, not as the router would decode it",
    file: "packages/server/src/Edges.ts",
    find: ` || !isRoute(request.url)) return`,
    replace: `) return`,
    test
  },
  {
    control: "a host is matched whole",
    file: surfaces,
    find: `name === label + domain)`,
    replace: `name.startsWith(label))`,
    test
  },
  {
    control: "a host nobody knows is nowhere",
    file: surfaces,
    find: `? among(target) : Option.none()`,
    replace: `? among(target) : among(target)`,
    test
  },
  {
    control: "on the bare domain there is no vending",
    file: surfaces,
    find: ` && !target.startsWith("/credentials/")`,
    replace: ``,
    test
  },
  {
    control: "health is asked on any host",
    file: surfaces,
    find: `if (everywhere.has(target.replace(/\\?.*$/s, ""))) return Option.some(target)`,
    replace: ``,
    test
  },
  {
    control: "user tokens' keys and the pages of the api surface go with it",
    file: surfaces,
    find: `api: ["/api", "/.well-known", "/connections", "/billing"]`,
    replace: `api: ["/api"]`,
    test
  }
]
