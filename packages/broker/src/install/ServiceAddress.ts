import { Context, Option } from "effect"

/** Where a deployment reaches this service: the API, and the surface that vends. None where nobody said it. */
export const ServiceAddress = Context.Reference<Option.Option<{ readonly api: string; readonly credentials: string }>>(
  "@vendodev/broker/ServiceAddress",
  { defaultValue: Option.none }
)
