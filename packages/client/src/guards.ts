/** What an answer looks like, checked before it is believed. Small on purpose: a schema library is larger than the SDK. */
export type Guard<A> = (value: unknown) => value is A

export const isString = (value: unknown): value is string => typeof value === "string"
export const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value)
export const isBoolean = (value: unknown): value is boolean => typeof value === "boolean"
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

export const nullable =
  <A>(guard: Guard<A>): Guard<A | null> =>
  (value): value is A | null =>
    value === null || guard(value)

export const optional =
  <A>(guard: Guard<A>): Guard<A | undefined> =>
  (value): value is A | undefined =>
    value === undefined || guard(value)

export const arrayOf =
  <A>(guard: Guard<A>): Guard<ReadonlyArray<A>> =>
  (value): value is ReadonlyArray<A> =>
    Array.isArray(value) && value.every(guard)

export const recordOf =
  <A>(guard: Guard<A>): Guard<Readonly<Record<string, A>>> =>
  (value): value is Readonly<Record<string, A>> =>
    isRecord(value) && Object.values(value).every(guard)

/** Fields that nobody asked about are left alone: a newer service may send more. */
export const struct =
  <A extends object>(fields: { readonly [K in keyof A]-?: Guard<A[K]> }): Guard<A> =>
  (value): value is A => {
    if (!isRecord(value)) return false
    for (const name in fields) {
      if (!fields[name](value[name])) return false
    }
    return true
  }
