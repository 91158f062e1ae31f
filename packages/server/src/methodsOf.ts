import { HttpApi } from "effect/http-api"
import { VendoApi } from "@vendodev/api/VendoApi"

interface Declared {
  readonly pattern: RegExp
  readonly method: string
}

const declared: Array<Declared> = []
HttpApi.reflect(VendoApi, {
  onGroup: () => undefined,
  onEndpoint: ({ endpoint }) => {
    declared.push({
      pattern: new RegExp(`^${endpoint.path.replace(/:[A-Za-z]+/g, "[^/;#]+")}$`),
      method: endpoint.method
    })
  }
})

/** Pages that are no part of the contract. */
for (const path of ["/openapi.json", "/docs"]) declared.push({ pattern: new RegExp(`^${path}$`), method: "GET" })

/** The methods of the route at a raw path, none when there is no such route. */
export const methodsOf = (path: string): ReadonlyArray<string> => [
  ...new Set(declared.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))
]
