/** What refuses a request, by what it was checked for: an endpoint declares the lists it goes through, and its own. */
import {
  AppExpired,
  AppRevoked,
  AppUnknown,
  InternalError,
  MethodNotAllowed,
  Overloaded,
  RequestInvalid,
  TooLarge,
  Unavailable,
  ValidationFailed
} from "@vendodev/domain/BrokerError"

/** Any request with input to be checked. */
export const ofRequest = [
  RequestInvalid,
  ValidationFailed,
  MethodNotAllowed,
  TooLarge,
  InternalError,
  Overloaded,
  Unavailable
] as const

/** One that comes with a `vendo_sk_` key. */
export const ofKey = [...ofRequest, AppUnknown, AppRevoked, AppExpired] as const
