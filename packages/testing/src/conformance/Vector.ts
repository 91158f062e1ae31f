/**
 * What a conformance vector may say. `packages/sdk/conformance/vectors.schema.json` is made from this file; what the
 * words mean stands in the README beside it.
 */
import { Schema } from "effect"

const { Array: ArrayOf, Natural, Json, Literals, NullOr, optionalKey, Record, String: Text, Struct, Union } = Schema

export const calls = [
  "client",
  "isVendoMode",
  "primaryEnvVar",
  "token",
  "credential",
  "tokens",
  "invalidate",
  "session",
  "connections.list",
  "connections.get",
  "integrations.list",
  "integrations.get",
  "integrations.envVars",
  "billing.balance",
  "billing.spendCaps",
  "billing.usage",
  "connectUrl",
  "webhooks.verify"
] as const

export const classes = [
  "VendoError",
  "AuthError",
  "NotConnected",
  "NeedsReauth",
  "BalanceExhausted",
  "SpendCapExceeded",
  "RateLimited",
  "UpstreamError",
  "ValidationError",
  "IdempotencyConflict",
  "VendoOnlyFeature",
  "IdentityNotPresent"
] as const

const Headers = Record(Text, Text)

const Options = Struct({
  api_key: optionalKey(Text),
  base_url: optionalKey(Text),
  credentials_url: optionalKey(Text),
  api_version: optionalKey(Text),
  timeout_ms: optionalKey(Natural),
  retry: optionalKey(Struct({ times: Natural, base_ms: Natural }))
})

/** For whom a step is: the user of a token, or the one a request names in its headers. */
const As = Union([Struct({ user: Text }), Struct({ headers: Record(Text, Union([Text, ArrayOf(Text)])) })])

/** What is left out is not compared; null says that the error must not have it. */
const Expected = Struct({
  class: Literals(classes),
  code: Text,
  status: optionalKey(NullOr(Natural)),
  slug: optionalKey(NullOr(Text)),
  field: optionalKey(NullOr(Text)),
  connect_url: optionalKey(NullOr(Text)),
  top_up_url: optionalKey(NullOr(Text)),
  retry_after: optionalKey(NullOr(Natural))
}).annotate({ identifier: "ExpectedError" })
export type Expected = typeof Expected.Type

export const Step = Struct({
  call: Literals(calls),
  args: optionalKey(ArrayOf(Json)),
  as: optionalKey(As),
  repeat: optionalKey(Natural),
  within_ms: optionalKey(Natural),
  sign: optionalKey(Struct({ secret: Text })),
  result: optionalKey(Json),
  error: optionalKey(Expected)
}).annotate({ identifier: "Step" })
export type Step = typeof Step.Type

const Answer = Struct({
  status: Natural,
  headers: optionalKey(Headers),
  json: optionalKey(Json),
  text: optionalKey(Text)
})

const Fault = Struct({ fault: Literals(["reset", "hang", "stall", "truncate", "garbage"]) })

export const Exchange = Struct({
  at: optionalKey(Literals(["service", "provider"])),
  method: Literals(["GET", "POST"]),
  path: Text,
  headers: optionalKey(Headers),
  absent: optionalKey(ArrayOf(Text)),
  body: optionalKey(Json),
  together: optionalKey(Schema.Boolean),
  min_wait_ms: optionalKey(Natural),
  answer: Union([Answer, Fault])
}).annotate({ identifier: "Exchange" })
export type Exchange = typeof Exchange.Type

export const Vector = Struct({
  name: Text,
  environment: Headers,
  options: optionalKey(Options),
  steps: ArrayOf(Step),
  exchanges: ArrayOf(Exchange)
}).annotate({ identifier: "Vector" })
export type Vector = typeof Vector.Type

/** One file: the vectors of one topic. */
export const Topic = Struct({ $schema: Text, topic: Text, vectors: ArrayOf(Vector) })
export type Topic = typeof Topic.Type
