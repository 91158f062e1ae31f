/** Events as the upstream sends them, genuine and forged. */
import { Effect, Schema } from "effect"
import { Base64 } from "effect/encoding"
import { FetchHttpClient, HttpClient, HttpClientRequest } from "effect/http"
import type { Account } from "./Account.ts"
import { accountBody } from "./accountBody.ts"
import { bytes, isoDate } from "./Answer.ts"
import { viewOf } from "./Context.ts"
import { find, type World } from "./World.ts"

export const WebhookOptions = Schema.Struct({
  account: Schema.String,
  type: Schema.optionalKey(Schema.String),
  /** What the event says of the account; it may have been reconnected since. */
  status: Schema.optionalKey(Schema.String),
  /** The idempotency key: the same in every attempt. */
  id: Schema.optionalKey(Schema.String),
  attempt: Schema.optionalKey(Schema.Int),
  /** How long ago it says it was sent; negative for the future. */
  ageSeconds: Schema.optionalKey(Schema.Finite),
  signature: Schema.optionalKey(
    Schema.Literals(["good", "two-good-first", "two-good-last", "wrong-secret", "other-body", "garbage", "missing"])
  )
})
export type WebhookOptions = typeof WebhookOptions.Type

/** A request ready to be sent, once or, for a replay, again. */
export const Webhook = Schema.Struct({ headers: Schema.Record(Schema.String, Schema.String), body: Schema.String })
export type Webhook = typeof Webhook.Type

const encoder = new TextEncoder()

/** The secret is taken as it is spelled, whatever encoding it looks like. */
const sign = (secret: string, signed: string) =>
  Effect.promise(async () => {
    const algorithm = { name: "HMAC", hash: "SHA-256" } as const
    const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign"])
    const mac = await crypto.subtle.sign("HMAC", key, encoder.encode(signed))
    return `v1,${Base64.encode(new Uint8Array(mac))}`
  })

const eventOf = (world: World, account: Account, options: WebhookOptions, id: string, now: number) => {
  const status = options.status ?? "EXPIRED"
  const told = { ...account, settings: { ...account.settings, status } }
  return {
    id,
    timestamp: isoDate(now),
    type: options.type ?? "composio.connected_account.expired",
    metadata: { project_id: "pr_simulated", org_id: "ok_simulated" },
    data: accountBody(told, viewOf(world, account, now), "one")
  }
}

export const make = Effect.fnUntraced(function* (world: World, options: WebhookOptions, now: number) {
  const account = find(world, options.account, now)
  if (account === undefined) return yield* Effect.die(`there is no account ${options.account}`)
  const id = options.id ?? `msg_${crypto.randomUUID()}`
  const sentAt = String(Math.floor((now + world.settings.skewMs) / 1000) - (options.ageSeconds ?? 0))
  const body = JSON.stringify(eventOf(world, account, options, id, now + world.settings.skewMs))
  const secret = world.settings.webhookSecret
  const good = yield* sign(secret, `${id}.${sentAt}.${body}`)
  const wrong = yield* sign(`not-${secret}`, `${id}.${sentAt}.${body}`)
  const other = yield* sign(secret, `${id}.${sentAt}.${body} `)
  const signature = {
    good,
    "two-good-first": `${good} ${wrong}`,
    "two-good-last": `${wrong} ${good}`,
    "wrong-secret": wrong,
    "other-body": other,
    garbage: "v1,%%%",
    missing: undefined
  }[options.signature ?? "good"]
  const webhook: Webhook = {
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": sentAt,
      "x-composio-webhook-version": "V3",
      "x-composio-delivery-attempt": String(options.attempt ?? 1),
      ...(signature === undefined ? {} : { "webhook-signature": signature })
    },
    body
  }
  return webhook
})

/** The status it was answered with. */
export const send = (url: string, { body, headers }: Webhook): Effect.Effect<number> =>
  Effect.gen(function* () {
    const client = yield* HttpClient.HttpClient
    const request = HttpClientRequest.post(url).pipe(
      HttpClientRequest.bodyUint8Array(bytes(body), "application/json"),
      HttpClientRequest.setHeaders(headers)
    )
    return (yield* client.execute(request)).status
  }).pipe(Effect.provide(FetchHttpClient.layer), Effect.orDie)
