import { Context, Option } from "effect"

/** The address of an integration's metering proxy, by slug. None where nobody said how this service is reached. */
export const ProxyAddress = Context.Reference<(slug: string) => Option.Option<string>>(
  "@vendodev/broker/ProxyAddress",
  {
    defaultValue: () => () => Option.none()
  }
)
