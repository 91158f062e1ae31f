/** What stands in the place of a secret and is none. */

const masks: ReadonlyArray<RegExp> = [
  // "REDACTED", with or without brackets around it.
  /^[[<(*]*(?:redacted|masked|hidden)[\])>*]*$/i,
  // The first few characters: "ya29...".
  /^.{0,8}(?:\.{3,}|…)$/s,
  /^[*x•●.…]+$/i
]

/** Shorter than any OAuth access token is. */
const shortest = 12

/**
 * Whether this is a masked value. Shortness alone says so of an OAuth access token only: there are API keys of eight
 * characters.
 */
export const isMasked = (value: string, { oauth }: { readonly oauth: boolean }): boolean =>
  value !== "" && (masks.some((mask) => mask.test(value)) || (oauth && value.length < shortest))

/** What programs write where a value is missing. */
const words = new Set([
  "null",
  "undefined",
  "none",
  "nil",
  "nan",
  "infinity",
  "true",
  "false",
  "[object object]",
  "string",
  "token",
  "access_token",
  "api_key",
  "placeholder",
  "changeme"
])

export const isPlaceholder = (value: string): boolean => words.has(value.trim().toLowerCase())

/** What can stand in a header and was not cut short or made up: 8 to 16384 visible ASCII characters. */
export const isPresentable = (value: string): boolean => /^[!-~]{8,16384}$/.test(value)
