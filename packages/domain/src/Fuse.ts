import { Schema } from "effect"
import { IntegrationSlug } from "./Ids.ts"

/**
 * What keeps an outage from sending everybody to authorise again. It blows when
 * too many connections of one integration would need their users at once, and
 * holds the others back until an operator says that it is really so.
 */
export const Fuse = Schema.Struct({
  /** Of the integration. */
  slug: IntegrationSlug,
  blown_at: Schema.NullOr(Schema.DateTimeUtcFromString),
  /** Until then connections that need their users are told so. */
  released_until: Schema.NullOr(Schema.DateTimeUtcFromString),
  /** How many connections it holds back now. */
  held: Schema.Int
}).annotate({ identifier: "Fuse" })
export type Fuse = typeof Fuse.Type
