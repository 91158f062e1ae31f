/** What a person typed is repeated to them, unless it may be a secret in the wrong place. */
import { looksSecret } from "@vendodev/domain/looksSecret"

/** The text in quotes, or words in its place. */
export const shown = (text: string): string =>
  looksSecret(text) ? "that (not repeated here: it looks like a secret)" : `"${text}"`
