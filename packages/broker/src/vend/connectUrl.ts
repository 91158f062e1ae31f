/** Where a person mends what is missing: the page on which an account is connected. */
import { Context, Option } from "effect"
import {
  BindingMissing,
  type BrokerError,
  ConnectionNeedsReauth,
  ConnectionRevoked
} from "@vendodev/domain/BrokerError"

/** The address people reach this service by, without a trailing slash. None where nobody said it. */
export const PublicUrl = Context.Reference<Option.Option<string>>("@vendodev/broker/PublicUrl", {
  defaultValue: Option.none
})

/** The page on which an account of that integration is connected. */
export const connectUrl = (publicUrl: string, slug: string): string =>
  `${publicUrl}/connections/connect/${encodeURIComponent(slug)}`

/** Adds the page to the errors that send somebody there. */
export const withConnectUrl =
  (publicUrl: Option.Option<string>, slug: string) =>
  (error: BrokerError): BrokerError => {
    if (Option.isNone(publicUrl)) return error
    const { detail } = error
    const connect_url = connectUrl(publicUrl.value, slug)
    switch (error._tag) {
      case "binding_missing":
        return new BindingMissing({ detail, connect_url })
      case "connection_needs_reauth":
        return new ConnectionNeedsReauth({ detail, connect_url })
      case "connection_revoked":
        return new ConnectionRevoked({ detail, connect_url })
      default:
        return error
    }
  }
