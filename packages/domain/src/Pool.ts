import { Schema } from "effect"
import { IntegrationSlug } from "./Ids.ts"

/** A key of the installation's own that its tenants draw on. The key itself is never part of it. */
export const Pool = Schema.Struct({
  /** Of the integration. */
  slug: IntegrationSlug,
  /** The last four characters of the key. */
  hint: Schema.String,
  created_at: Schema.DateTimeUtcFromString,
  updated_at: Schema.DateTimeUtcFromString
}).annotate({ identifier: "Pool" })
export type Pool = typeof Pool.Type
