/** What the run was started with, and its command inherits. */
import { Context, Redacted } from "effect"

/** The variables of this process. Some are secrets, so all are treated like ones. */
export const Inherited = Context.Reference<Redacted.Redacted<Readonly<Record<string, string | undefined>>>>(
  "@vendodev/cli/run/Inherited",
  { defaultValue: () => Redacted.make({}) }
)
