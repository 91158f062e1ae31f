/**
 * A visit to the page on which an account is connected: opened by an app for
 * itself or one of its users, and redeemed once by whoever holds the ticket.
 */
import { Context, DateTime, Effect, Layer, Option, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import * as Catalog from "@vendodev/catalog/Catalog"
import { Forbidden, NotFound, ProviderUnknown, type Unavailable } from "@vendodev/domain/BrokerError"
import { type AppId, type IntegrationSlug, noSubject, type TenantId, type UserSubject } from "@vendodev/domain/Ids"
import { RequestId } from "@vendodev/domain/RequestId"
import { orOutOfReach } from "../database/orUnavailable.ts"
import { isWellFormed, mint } from "../vault/KeyFormat.ts"
import { Keyring } from "../vault/Keyring.ts"
import { connectUrl, PublicUrl } from "../vend/connectUrl.ts"
import { type Asking, type CallerRefusal, CallingApp, type KeyDecision, ofApp, type Presented } from "./CallingApp.ts"

export interface NewSession {
  readonly slug: IntegrationSlug
  readonly returnTo: Option.Option<string>
  readonly state: Option.Option<string>
}

/** What a ticket was opened for. */
export interface ConnectSession {
  readonly tenant: TenantId
  readonly app: AppId
  /** None for a connection of the tenant's own. */
  readonly user: Option.Option<UserSubject>
  readonly slug: IntegrationSlug
  readonly returnTo: Option.Option<string>
  readonly state: Option.Option<string>
}

interface Opened {
  readonly decision: KeyDecision | "identity_invalid"
  readonly app_id: AppId | null
  readonly expires_ms: number
}

interface Redeemed {
  readonly tenant_id: TenantId
  readonly app_id: AppId
  readonly user_subject: UserSubject
  readonly integration: IntegrationSlug
  readonly return_to: string | null
  readonly state: string | null
}

export class ConnectSessions extends Context.Service<
  ConnectSessions,
  {
    /** The address holds the ticket, which is seen this once. */
    readonly open: (
      presented: Presented,
      session: NewSession
    ) => Effect.Effect<
      { readonly url: Redacted.Redacted; readonly expiresAt: DateTime.Utc },
      CallerRefusal | ProviderUnknown | Forbidden
    >
    /**
     * Uses a ticket up. One that is unknown, used or too old, or whose key or
     * user is not good any more, is `not_found`: who holds it learns nothing.
     */
    readonly redeem: (ticket: Redacted.Redacted) => Effect.Effect<ConnectSession, NotFound | Unavailable>
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
        const request = yield* RequestId
        const opened = yield* callers.ask(
          presented,
          ({ claims, keyHash }) => sql<Opened>`
            SELECT * FROM gate.open_connect_session(${keyHash}, ${claims}::text::jsonb, ${crypto.randomUUID()},
              ${keyring.hash(ticket)}, ${keyring.pepperId}, ${slug}, ${Option.getOrNull(returnTo)}::text,
              ${Option.getOrNull(state)}::text, ${request})
          `
        )
        const { expires_ms } = yield* ofApp(opened)
        return {
          url: Redacted.make(`${connectUrl(publicUrl.value, slug)}?ticket=${Redacted.value(ticket)}`, {
            label: "connect page"
          }),
          expiresAt: DateTime.makeUnsafe(expires_ms)
        }
      })

      return ConnectSessions.of({
        open,
        redeem: Effect.fn("ConnectSessions.redeem")(function* (ticket) {
          if (!isWellFormed("vendo_ct_", Redacted.value(ticket))) return yield* noSession
          const [redeemed] = yield* sql<Redeemed>`
            SELECT * FROM gate.redeem_connect_session(${keyring.hash(ticket)}, ${yield* RequestId})
          `.pipe(orOutOfReach)
          if (redeemed === undefined) return yield* noSession
          const { app_id: app, integration: slug, return_to, state, tenant_id: tenant, user_subject } = redeemed
          return {
            tenant,
            app,
            user: user_subject === noSubject ? Option.none() : Option.some(user_subject),
            slug,
            returnTo: Option.fromNullOr(return_to),
            state: Option.fromNullOr(state)
          }
        })
      })
    })
  )
}

const noSession = new NotFound({ detail: "this link was used already or is too old; ask for another one" })

const noAddress = new Forbidden({
  detail: "nobody said how people reach this installation; its operator sets VENDO_PUBLIC_URL"
})
