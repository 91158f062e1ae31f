/** From what the client fails with to the class of its code. */
import { Duration, Option, Schema } from "effect"
import type { Failure } from "@vendodev/client/Failure"
import {
  BrokerError,
  IdentityNotPresent,
  NotConnected,
  UnknownCode,
  type VendoError,
  VendoOnlyFeature
} from "./VendoError.ts"

const ofTable = Schema.decodeUnknownOption(
  Schema.Union([BrokerError, VendoOnlyFeature, IdentityNotPresent, NotConnected])
)

const withoutAbsent = (fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

/** The class of a failure. What a row has besides, and the answer did not say, is what it is in most cases. */
export const fromFailure = (failure: Failure): VendoError =>
  Option.getOrElse(
    ofTable(
      withoutAbsent({
        _tag: failure.code,
        detail: failure.detail,
        field: failure.field,
        connect_url: failure.connectUrl,
        top_up_url: failure.topUpUrl,
        retry_after: failure.retryAfter && Math.ceil(Duration.toSeconds(failure.retryAfter)),
        challenge: "invalid_token",
        allow: [],
        part: failure.status === 431 ? "headers" : "body",
        bound_to: null
      })
    ),
    () => new UnknownCode({ code: failure.code, detail: failure.detail })
  )
