import { HttpApi } from "effect/http-api"
import { VendoApi } from "@vendodev/api/VendoApi"
import { callbacks } from "./connect/paths.ts"

interface Declared {
  readonly path: string
  readonly pattern: RegExp
  readonly method: string
}

const declared: Array<Declared> = []
const declare = (method: string, path: string) => {
  const pattern = new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/:[A-Za-z]+/g, "[^/;#]+")}$`)
  declared.push({ path, pattern, method })
}

HttpApi.reflect(VendoApi, {
  onGroup: () => undefined,
  onEndpoint: ({ endpoint }) => declare(endpoint.method, endpoint.path)
})

/** Pages that are no part of the contract. */
for (const path of ["/openapi.json", "/docs", "/connections/connect/:slug", "/billing/top-up", ...callbacks]) {
  declare("GET", path)
}
declare("POST", "/connections/connect/:slug")

const here = (path: string) => declared.filter(({ pattern }) => pattern.test(path))

/** The methods of the route at a raw path, none when there is no such route. */
export const methodsOf = (path: string): ReadonlyArray<string> => [...new Set(here(path).map(({ method }) => method))]

/** The route at a raw path as the contract writes it: the one with the fewest parameters. */
export const routeOf = (path: string): string => {
  const [found] = here(path).toSorted((a, b) => parametersIn(a) - parametersIn(b))
  return found?.path ?? "none"
}

const parametersIn = ({ path }: Declared) => path.split(":").length
