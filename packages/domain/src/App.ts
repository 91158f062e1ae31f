import { Schema } from "effect"
import { AppId, DisplayName, Slug } from "./Ids.ts"

/** What a deployment is to the broker. A sandbox never receives an exclusive credential. */
export const AppKind = Schema.Literals(["production", "sandbox"])
export type AppKind = typeof AppKind.Type

/** Owner of keys and bindings. */
export const App = Schema.Struct({
  id: AppId,
  slug: Slug,
  name: DisplayName,
  kind: AppKind,
  created_at: Schema.DateTimeUtcFromString
}).annotate({ identifier: "App" })
export type App = typeof App.Type
