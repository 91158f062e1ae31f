/** From the names of TypeScript to those of the wire, which the vectors use. */

/** What is below these is the caller's own, or a provider's; its names are no fields. */
const opaque = new Set(["metadata", "context", "credential", "data"])

const snake = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

export const wireNames = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(wireNames)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [snake(name), opaque.has(name) ? item : wireNames(item)])
  )
}

/** The field an error names. A header or a variable is called the same everywhere. */
export const wireField = (field: string) => (/^[a-z]+([A-Z][a-z]+)*$/.test(field) ? snake(field) : field)
