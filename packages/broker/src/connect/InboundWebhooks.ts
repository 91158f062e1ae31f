/**
 * A connection over which a provider pushes events. Its credential is a signing
 * secret, which is made here unless the provider made one; it and the address to
 * push to are told once, for whoever sets them up at the provider.
 */
import { Context, Effect, Layer, Option, type Redacted } from "effect"
import { SqlClient } from "effect/sql"
import type { Conflict, ProviderUnknown, ValidationFailed } from "@vendodev/domain/BrokerError"
import type { Connection } from "@vendodev/domain/Connection"
import type { InTenant } from "../database/Tenancy.ts"
import { Connections, type NewConnection } from "../manage/Connections.ts"
import { makeSigningSecret } from "../vault/signingSecret.ts"
import { externalId } from "../vend/externalId.ts"
import { HooksAddress } from "./HooksAddress.ts"

export interface CreatedWebhook {
  /** Its address is `metadata.webhook.url`, where it is known how this service is reached. */
  readonly connection: Connection
  /** The only time it is seen. */
  readonly signingSecret: Redacted.Redacted
}

export class InboundWebhooks extends Context.Service<
  InboundWebhooks,
  {
    /** With a secret of its own, so it is created once: repeating it is a `conflict`. */
    readonly create: (
      input: Pick<NewConnection, "slug" | "name" | "user">
    ) => InTenant<CreatedWebhook, ProviderUnknown | ValidationFailed | Conflict>
  }
>()("@vendodev/broker/InboundWebhooks") {
  static readonly layer = Layer.effect(
    InboundWebhooks,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const connections = yield* Connections
      const addressOf = yield* HooksAddress

      return InboundWebhooks.of({
        create: Effect.fn("InboundWebhooks.create")(function* (input) {
          const signingSecret = makeSigningSecret()
          const { id } = yield* connections.create({
            ...input,
            profile: Option.some("webhook_inbound"),
            credential: Option.some(signingSecret),
            isMadeHere: true
          })
          const webhook = Option.match(addressOf(externalId(id)), { onNone: () => ({}), onSome: (url) => ({ url }) })
          yield* sql`
            UPDATE broker.connections
            SET metadata = metadata || jsonb_build_object('webhook', ${JSON.stringify(webhook)}::text::jsonb)
            WHERE id = ${id}
          `
          return { connection: yield* Effect.orDie(connections.get(id)), signingSecret }
        })
      })
    })
  )
}
