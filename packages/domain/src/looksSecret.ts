/** Whether a text may be a secret in the wrong place, and so is not repeated to whoever wrote it there. */

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const hint = /^vendo_sk_[0-9A-Za-z]{4}$/
/** Prefixes vendors give their keys. */
const branded = /^(?:(?:sk|pk|rk|glpat|xox[a-z]|xapp)[-_]|(?:gh[a-z]|github_pat|lin|ntn|secret|sbp|vendo)_)/
/** A long run with a digit in it, or a very long one without. */
const random = /(?=[a-z]*\d)[a-z\d]{12,}|[a-z]{24,}/i

/** What is plainly a name is none, nor is an id or the hint of a key. */
export const looksSecret = (text: string): boolean =>
  !uuid.test(text) &&
  !hint.test(text) &&
  (text.length > 64 || /[^\w ./-]/.test(text) || branded.test(text) || random.test(text))
