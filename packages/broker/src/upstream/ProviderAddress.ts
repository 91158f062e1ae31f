/** Where a provider is reached. */
import { Context } from "effect"

/**
 * The address in place of a provider's own, for every call and wherever a browser is sent: the same, unless somebody
 * simulates providers. To be asked for where a layer is made: whoever calls its methods has the default.
 */
export const ProviderAddress = Context.Reference<(url: string) => string>("@vendodev/broker/ProviderAddress", {
  defaultValue: () => (url) => url
})

/** Behind one address that answers for all: `https://<host>/<path>` is `<it>/<host>/<path>`. */
export const through =
  (address: string) =>
  (url: string): string =>
    `${address}/${url.replace(/^https:\/\//, "")}`
