/** What a person typed is repeated to them, unless it may be a secret in the wrong place. */

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const hint = /^vendo_sk_[0-9A-Za-z]{4}$/
/** Prefixes vendors give their keys. */
const branded = /^(?:(?:sk|pk|rk|glpat|xox[a-z]|xapp)[-_]|(?:gh[a-z]|github_pat|lin|ntn|secret|sbp|vendo)_)/
/** A long run with a digit in it, or a very long one without. */
const random = /(?=[a-z]*\d)[a-z\d]{12,}|[a-z]{24,}/i

const looksSecret = (text: string) =>
  !uuid.test(text) &&
  !hint.test(text) &&
  (text.length > 64 || /[^\w ./-]/.test(text) || branded.test(text) || random.test(text))

/** The text in quotes, or words in its place. */
export const shown = (text: string): string =>
  looksSecret(text) ? "that (not repeated here: it looks like a secret)" : `"${text}"`
