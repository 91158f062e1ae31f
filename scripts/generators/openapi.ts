/** `docs/reference/openapi.json`: the contract for tools of other languages, as the service serves it. */
import { OpenApi } from "effect/http-api"
import { VendoApi } from "@vendodev/api/VendoApi"
import type { GeneratedFile } from "../generate.ts"

/** The same value with the keys of every object sorted, so that a diff shows changes of the contract alone. */
export const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)])
  )
}

export const generators: ReadonlyArray<GeneratedFile> = [
  {
    path: "docs/reference/openapi.json",
    render: () => Promise.resolve(`${JSON.stringify(sorted(OpenApi.fromApi(VendoApi)), null, 2)}\n`)
  }
]
