/** Whether an event that was pushed to a tool comes from Vendo, unchanged and just now. */
import { Clock, DateTime, Duration, Effect, Option, Redacted } from "effect"
import type { Environment } from "./Environment.ts"
import { type Failure, invalid } from "./Failure.ts"
import { isString, struct } from "./guards.ts"
import { headerOf, type HeadersLike } from "./headerOf.ts"
import { parseJson } from "./parseJson.ts"

/** What was pushed, once its signature held. */
export interface WebhookEvent {
  readonly id: string
  readonly type: string
  readonly occurredAt: string
  readonly data: unknown
}

/** Whose webhooks, and how old they may be. */
export interface WebhookOptions {
  /** `VENDO_WEBHOOK_SECRET`, unless it is said. */
  readonly secret?: Redacted.Redacted | undefined
  /** How far the clocks may be apart, either way: 300 seconds, unless it is said. */
  readonly maxAge?: Duration.Duration | undefined
}

const isEvent = struct<{
  readonly id: string
  readonly type: string
  readonly occurred_at: string
  readonly data: unknown
}>({ id: isString, type: isString, occurred_at: isString, data: (value): value is unknown => value !== undefined })

const bytes = (text: string) => new TextEncoder().encode(text)

/** Compares in constant time, as WebCrypto does. */
const matches = Effect.fnUntraced(function* (secret: Redacted.Redacted, signature: string, signed: string) {
  const algorithm = { name: "HMAC", hash: "SHA-256" }
  const raw = bytes(Redacted.value(secret))
  const key = yield* Effect.promise(() => crypto.subtle.importKey("raw", raw, algorithm, false, ["verify"]))
  const claimed = Uint8Array.from(signature.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
  return yield* Effect.promise(() => crypto.subtle.verify("HMAC", key, claimed, bytes(signed)))
})

/** Seconds since 1970, or RFC 3339. */
const instant = (text: string): Option.Option<number> =>
  /^\d{1,12}$/.test(text) ? Option.some(Number(text) * 1000) : Option.map(DateTime.make(text), DateTime.toEpochMillis)

/**
 * The event in a webhook request, once its signature holds:
 * `Vendo-Signature` is the HMAC-SHA-256 of `<Vendo-Timestamp>.<body>` in
 * lower-case hexadecimal digits. `body` is the raw text, before anything parses it.
 *
 * Fails with `validation_failed`, whose `field` names the header at fault, `secret` or `body`.
 */
export const verifyWebhook = Effect.fnUntraced(function* (
  environment: Environment["Service"],
  headers: HeadersLike,
  body: string,
  { maxAge = Duration.seconds(300), secret }: WebhookOptions
): Effect.fn.Return<WebhookEvent, Failure> {
  const said = Option.filter(Option.fromUndefinedOr(secret), (secret) => Redacted.value(secret).trim() !== "")
  const known = Option.isSome(said) ? said : yield* environment.get("VENDO_WEBHOOK_SECRET")
  if (Option.isNone(known))
    return yield* invalid("secret", "set VENDO_WEBHOOK_SECRET to the deployment's webhook secret")

  const signature = headerOf(headers, "vendo-signature") ?? ""
  if (!/^[0-9a-f]{64}$/.test(signature))
    return yield* invalid("vendo-signature", "the Vendo-Signature header is missing or malformed")
  const timestamp = headerOf(headers, "vendo-timestamp") ?? ""
  const sent = instant(timestamp)
  if (Option.isNone(sent))
    return yield* invalid("vendo-timestamp", "the Vendo-Timestamp header is missing or malformed")

  const age = Duration.millis(Math.abs((yield* Clock.currentTimeMillis) - sent.value))
  if (Duration.isGreaterThan(age, maxAge))
    return yield* invalid("vendo-timestamp", "the webhook is too old, or the clocks disagree")
  if (!(yield* matches(known.value, signature, `${timestamp}.${body}`))) {
    return yield* invalid(
      "vendo-signature",
      "the signature does not fit the body; pass the raw text, before it is parsed"
    )
  }

  const event = Option.filter(parseJson(body), isEvent)
  if (Option.isNone(event)) return yield* invalid("body", "the body is signed, but no webhook event")
  const { data, id, occurred_at, type } = event.value
  return { id, type, occurredAt: occurred_at, data }
})
