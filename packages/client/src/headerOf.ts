/** Headers as any framework hands them over: Fetch `Headers`, Node's `IncomingHttpHeaders`, a `Map`, a plain object. */
export type HeadersLike =
  | { readonly get: (name: string) => string | null | undefined }
  | { readonly [name: string]: string | ReadonlyArray<string> | undefined }

const hasGet = (headers: HeadersLike): headers is Extract<HeadersLike, { readonly get: unknown }> =>
  typeof headers["get"] === "function"

/**
 * The value of a header, whatever its case. Several values are joined as in HTTP (RFC 9110 §5.3), so that of two
 * contradicting ones none is quietly taken.
 */
export const headerOf = (headers: HeadersLike, name: string): string | undefined => {
  if (hasGet(headers)) return headers.get(name) ?? fromEntries(entriesOf(headers), name)
  return fromEntries(Object.entries(headers), name)
}

/** A `Map` is case-sensitive; what it holds is looked through. */
const entriesOf = (headers: object): Iterable<readonly [unknown, unknown]> => (headers instanceof Map ? headers : [])

const fromEntries = (entries: Iterable<readonly [unknown, unknown]>, name: string): string | undefined => {
  const values = [...entries].flatMap(([key, value]) =>
    String(key).toLowerCase() === name ? (Array.isArray(value) ? value.map(String) : text(value)) : []
  )
  return values.length === 0 ? undefined : values.join(", ")
}

const text = (value: unknown): ReadonlyArray<string> => (typeof value === "string" ? [value] : [])
