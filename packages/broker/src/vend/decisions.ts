/** From what the database decided to what the caller is told. */
import { Option } from "effect"
import * as Catalog from "@vendodev/catalog/Catalog"
import {
  BindingMissing,
  type BrokerError,
  ConnectionNeedsReauth,
  ConnectionRevoked,
  ProviderUnknown
} from "@vendodev/domain/BrokerError"
import type { Decision } from "../access/BindingRepo.ts"
import { keyExpired, keyRevoked, userRefused } from "../access/keyRefusals.ts"

export type KnownKey = Exclude<Decision, { readonly decision: "app_unknown" }>
type Refused = Exclude<Decision["decision"], "granted" | "stale" | "app_unknown">

const refusals: Record<Refused, (slug: string) => BrokerError> = {
  app_revoked: () => keyRevoked,
  app_expired: () => keyExpired,
  identity_invalid: () => userRefused,
  binding_missing: (slug) =>
    new BindingMissing({ detail: `no connection for ${slug} is bound to this key; bind one first` }),
  connection_revoked: (slug) =>
    new ConnectionRevoked({ detail: `the ${slug} connection was revoked; connect again and bind it` }),
  connection_needs_reauth: (slug) =>
    new ConnectionNeedsReauth({ detail: `the ${slug} connection must be authorised again by its user` })
}

/**
 * What refuses a request of a known key, in the order of the contract: the key,
 * the user (`fault`), the provider, the binding. Nothing, when it is entitled.
 */
export const refusalOf = (
  { decision }: KnownKey,
  slug: string,
  fault: BrokerError | undefined
): BrokerError | undefined => {
  if (decision === "app_revoked" || decision === "app_expired") return refusals[decision](slug)
  if (fault !== undefined) return fault
  if (decision === "identity_invalid") return refusals[decision](slug)
  if (Option.isNone(Catalog.find(slug))) {
    return new ProviderUnknown({ detail: `there is no integration called ${slug}` })
  }
  return decision === "granted" || decision === "stale" ? undefined : refusals[decision](slug)
}

/** Whether it is the key that was refused. */
export const isOfKey = ({ _tag }: BrokerError): boolean =>
  _tag === "app_unknown" || _tag === "app_revoked" || _tag === "app_expired"

/** Whether it is the caller as a whole that was refused, and not one of the things asked for. */
export const isOfCaller = (error: BrokerError): boolean => isOfKey(error) || error._tag === "identity_invalid"
