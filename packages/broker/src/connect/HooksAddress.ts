/** Where providers push their events. */
import { Context, Option } from "effect"

/**
 * The address of one connection, by its external id. None where nobody said how
 * this service is reached. To be asked for where a layer is made: whoever calls
 * its methods has the default.
 */
export const HooksAddress = Context.Reference<(externalId: string) => Option.Option<string>>(
  "@vendodev/broker/HooksAddress",
  { defaultValue: () => Option.none }
)
