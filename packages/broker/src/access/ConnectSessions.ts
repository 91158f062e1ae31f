/**
 * A visit to the page on which an account is connected, opened by an app for
 * itself or one of its users. Whoever holds the ticket makes it a visit, once.
 */
import { Context, DateTime, Effect, Layer, Option, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import * as Catalog from "@vendodev/catalog/Catalog"
import { Forbidden, ProviderUnknown } from "@vendodev/domain/BrokerError"
import { type AppId, ConnectSessionId, type IntegrationSlug } from "@vendodev/domain/Ids"
import { RequestId } from "@vendodev/domain/RequestId"
import { mint } from "../vault/KeyFormat.ts"
import { Keyring } from "../vault/Keyring.ts"
import { connectUrl, PublicUrl } from "../vend/connectUrl.ts"
import { type Asking, type CallerRefusal, CallingApp, type KeyDecision, ofApp, type Presented } from "./CallingApp.ts"

export interface NewSession {
  readonly slug: IntegrationSlug
  readonly returnTo: Option.Option<string>
  readonly state: Option.Option<string>
}

export interface OpenedSession {
  readonly id: ConnectSessionId
  /** Holds the ticket. */
  readonly url: Redacted.Redacted
  readonly expiresAt: DateTime.Utc
}

interface Opened {
  readonly decision: KeyDecision | "identity_invalid"
  readonly app_id: AppId | null
  readonly expires_ms: number
}

export class ConnectSessions extends Context.Service<
  ConnectSessions,
  {
    /** The address holds the ticket, which is seen this once. */
    readonly open: (
      presented: Presented,
      session: NewSession
    ) => Effect.Effect<OpenedSession, CallerRefusal | ProviderUnknown | Forbidden>
  }
>()("@vendodev/broker/ConnectSessions") {
  static readonly layer = Layer.effect(
    ConnectSessions,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const keyring = yield* Keyring
      const callers = yield* CallingApp
      const publicUrl = yield* PublicUrl

      const callerOf = ({ claims, keyHash }: Asking) =>
        sql<Opened>`SELECT * FROM gate.caller_as(${keyHash}, ${claims}::text::jsonb)`

      const open = Effect.fn("ConnectSessions.open")(function* (presented: Presented, wanted: NewSession) {
        const { returnTo, slug, state } = wanted
        // Judged first, for a stranger is told nothing of this installation.
        yield* ofApp(yield* callers.ask(presented, callerOf))
        if (Option.isNone(Catalog.find(slug))) {
          return yield* new ProviderUnknown({ detail: `there is no integration called ${slug}` })
        }
        if (Option.isNone(publicUrl)) return yield* noAddress
        const ticket = mint("vendo_ct_")
        const id = ConnectSessionId.make(crypto.randomUUID())
        const request = yield* RequestId
        const opened = yield* callers.ask(
          presented,
          ({ claims, keyHash }) => sql<Opened>`
            SELECT * FROM gate.open_connect_session(${keyHash}, ${claims}::text::jsonb, ${id},
              ${keyring.hash(ticket)}, ${keyring.pepperId}, ${slug}, ${Option.getOrNull(returnTo)}::text,
              ${Option.getOrNull(state)}::text, ${request})
          `
        )
        const { expires_ms } = yield* ofApp(opened)
        return { id, url: pageWith(publicUrl.value, slug, ticket), expiresAt: DateTime.makeUnsafe(expires_ms) }
      })

      return ConnectSessions.of({ open })
    })
  )
}

/** The page, for whoever holds the ticket. */
export const pageWith = (publicUrl: string, slug: IntegrationSlug, ticket: Redacted.Redacted): Redacted.Redacted =>
  Redacted.make(`${connectUrl(publicUrl, slug)}?ticket=${Redacted.value(ticket)}`, { label: "connect page" })

export const noAddress = new Forbidden({
  detail: "nobody said how people reach this installation; its operator sets VENDO_PUBLIC_URL"
})
