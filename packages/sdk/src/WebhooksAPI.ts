import { Duration, Effect, Redacted } from "effect"
import { Environment } from "@vendodev/client/Environment"
import { verifyWebhook } from "@vendodev/client/verifyWebhook"
import { variable } from "./environment.ts"
import type { HeadersLike, WebhookEvent } from "./types.ts"
import { fromFailure } from "./VendoError.ts"

/** Whose webhooks, and how old they may be. */
export interface WebhooksOptions {
  /** The deployment's webhook secret: `VENDO_WEBHOOK_SECRET`, unless it is said. */
  readonly secret?: string | undefined
  /** How many seconds the clocks may be apart, either way: 300. */
  readonly maxAgeSec?: number | undefined
}

/** Checks what is pushed to a tool. Needs no key and works in both modes. */
export class WebhooksAPI {
  readonly #options: WebhooksOptions

  constructor(options: WebhooksOptions = {}) {
    this.#options = options
  }

  /**
   * The event in a webhook request, once its signature and its age hold.
   *
   * `body` is the raw text of the request, before anything parses it. Throws `ValidationError`, whose `field` names
   * what is at fault: `vendo-signature`, `vendo-timestamp`, `secret` or `body`. Deliveries may repeat: remember `id`.
   */
  async verify(headers: HeadersLike, body: string, options: WebhooksOptions = {}): Promise<WebhookEvent> {
    const { maxAgeSec, secret } = { ...this.#options, ...options }
    const verified = Effect.flatMap(Environment, (environment) =>
      verifyWebhook(environment, headers, body, {
        ...(secret !== undefined && { secret: Redacted.make(secret) }),
        ...(maxAgeSec !== undefined && { maxAge: Duration.seconds(maxAgeSec) })
      })
    )
    const outcome = await Effect.runPromise(Effect.result(Effect.provide(verified, Environment.layerOf(variable))))
    if (outcome._tag === "Failure") throw fromFailure(outcome.failure)
    return outcome.success
  }
}
