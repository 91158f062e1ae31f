import { Schema } from "effect"
import { DisplayName, Slug, TenantId } from "./Ids.ts"

/** Owner of connections, apps and keys. Nothing crosses tenants. */
export const Tenant = Schema.Struct({
  id: TenantId,
  slug: Slug,
  name: DisplayName,
  status: Schema.Literals(["active", "suspended"]),
  created_at: Schema.DateTimeUtcFromString
}).annotate({ identifier: "Tenant" })
export type Tenant = typeof Tenant.Type
