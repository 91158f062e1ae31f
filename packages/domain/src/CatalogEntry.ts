import { Schema } from "effect"
import { EnvBootstrap } from "./EnvBootstrap.ts"
import { IntegrationSlug } from "./Ids.ts"
import { Profile } from "./Profile.ts"

/** An integration as anybody may see it. */
export const CatalogEntry = Schema.Struct({
  /** Its slug. */
  provider: IntegrationSlug,
  name: Schema.String,
  description: Schema.String,
  category: Schema.String,
  default_profile: Profile,
  supported_profiles: Schema.Array(Profile),
  /** For the default profile. */
  env_bootstrap: Schema.NullOr(EnvBootstrap),
  logo_url: Schema.Null,
  docs_url: Schema.String,
  brand_color: Schema.String,
  exclusive: Schema.Boolean,
  enabled: Schema.Boolean,
  featured: Schema.Boolean
}).annotate({ identifier: "CatalogEntry" })
export type CatalogEntry = typeof CatalogEntry.Type
