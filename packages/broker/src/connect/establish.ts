/** From what was obtained to a connection, and its binding: one transaction, whichever way it came. */
import { Effect, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import type { Integration } from "@vendodev/catalog/Integration"
import type { Connection } from "@vendodev/domain/Connection"
import { type AppId, type ConnectionId, DisplayName, noSubject, type UserSubject } from "@vendodev/domain/Ids"
import { Bindings } from "../manage/Bindings.ts"
import { Connections } from "../manage/Connections.ts"
import { freeName } from "../manage/freeName.ts"
import { type Choices, decide, type Obtained, secretOf } from "./Obtained.ts"

export interface Target {
  readonly integration: Integration
  /** To which it is bound; none for a connection that is bound to nothing. */
  readonly app: Option.Option<AppId>
  /** Opened by that app itself, which may change what is its own, and nothing others use. */
  readonly byApp: boolean
  readonly user: UserSubject
  /** The one that is to be connected again, where that was said. */
  readonly connection: Option.Option<ConnectionId>
}

export interface Decided {
  readonly choices: Choices
  /** Whether a connection may become one of another account. */
  readonly replace: boolean
}

const readName = Schema.decodeUnknownOption(DisplayName)

export const makeEstablish = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const connections = yield* Connections
  const bindings = yield* Bindings

  /**
   * What there is already: the one that was named, the one the app is bound to,
   * or one of the same owner and the same account, so that nobody ends up with
   * two connections of one. What is of no account is left as it is.
   */
  const existing = Effect.fnUntraced(function* (
    { app, byApp, connection, integration, user }: Target,
    obtained: Obtained
  ) {
    if (Option.isSome(connection)) return connection
    const { id: account } = obtained.owner
    const [found] = yield* sql<{ readonly id: ConnectionId }>`
      SELECT c.id FROM broker.connections c
        LEFT JOIN broker.app_connection_bindings b ON b.connection_id = c.id AND b.app_id = ${Option.getOrNull(app)}::uuid
      WHERE c.integration = ${integration.slug} AND c.user_subject = ${user} AND c.status <> 'revoked'
        AND c.profile IN ('byok_static', 'oauth_app_install', 'composio_managed')
        AND (NOT ${byApp} OR (b.app_id IS NOT NULL
          AND NOT EXISTS (SELECT FROM broker.app_connection_bindings o
            WHERE o.connection_id = c.id AND o.app_id <> b.app_id)
          AND NOT EXISTS (SELECT FROM broker.app_keys k WHERE k.connection_id = c.id AND k.revoked_at IS NULL)))
        AND (b.app_id IS NOT NULL OR c.metadata -> 'account' ->> 'id' = ${account}::text)
      ORDER BY b.app_id NULLS LAST, c.created_at, c.id LIMIT 1
    `
    return Option.map(Option.fromUndefinedOr(found), ({ id }) => id)
  })

  /** After the account, or else the integration; numbered when that is taken. */
  const nameFor = Effect.fnUntraced(function* ({ integration, user }: Target, { owner }: Obtained) {
    const base = Option.getOrElse(readName((owner.name ?? owner.id ?? "").slice(0, 190)), () =>
      DisplayName.make(integration.slug)
    )
    const rows = yield* sql<{ readonly name: string }>`
      SELECT name FROM broker.connections
      WHERE integration = ${integration.slug} AND user_subject = ${user} AND status <> 'revoked'
    `
    return freeName(base, new Set(rows.map(({ name }) => name)))
  })

  return Effect.fn("establish")(function* (target: Target, obtained: Obtained, { choices, replace }: Decided) {
    const { app, integration, user } = target
    const found = yield* Effect.fromResult(decide(integration, obtained, choices))
    const before = yield* existing(target, obtained)
    const { account, profile } = obtained
    const held = { profile, found, ...(account === null ? {} : { account }) }
    const credential = secretOf(obtained)
    const connection: Connection = Option.isSome(before)
      ? yield* connections.reconnect(before.value, { ...held, credential: Option.getOrUndefined(credential), replace })
      : yield* connections.create({
          ...held,
          slug: integration.slug,
          name: yield* nameFor(target, obtained),
          profile: Option.some(profile),
          credential,
          user: user === noSubject ? undefined : user
        })
    if (Option.isSome(app)) yield* bindings.set(app.value, integration.slug, connection.id)
    return connection
  })
})
