/**
 * What an app asks when it starts: every integration of the catalog, the
 * connection it is bound to, and the credentials that do not expire. Those come
 * out by the one way there is for credentials, decided and recorded as any vend.
 */
import { Context, Effect, Layer, Option, Redacted, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { find, integrations } from "@vendodev/catalog/Catalog"
import { AppKind } from "@vendodev/domain/App"
import type { BoundConnection } from "@vendodev/domain/BoundConnection"
import type { BrokerError } from "@vendodev/domain/BrokerError"
import type { AppId } from "@vendodev/domain/Ids"
import { CallingApp, type KeyDecision, ofApp, type Presented } from "../access/CallingApp.ts"
import { boundCredentials, isStatic, isUsable } from "./boundCredentials.ts"
import { Bound, entryOf, type Given } from "./boundEntry.ts"
import { PublicUrl } from "./connectUrl.ts"
import { CredentialResolver } from "./CredentialResolver.ts"
import { ProxyAddress } from "./ProxyAddress.ts"

interface Row {
  readonly decision: KeyDecision | "identity_invalid"
  readonly app_id: AppId | null
  readonly app_kind: unknown
  readonly bound: unknown
}

const decode = Schema.decodeUnknownEffect(Schema.Struct({ kind: AppKind, bound: Schema.Array(Bound) }))

export class BoundConnections extends Context.Service<
  BoundConnections,
  {
    /** For a sandbox, by its own word or the app's kind, exclusive credentials stay where they are. */
    readonly list: (
      presented: Presented,
      options: { readonly sandbox: boolean }
    ) => Effect.Effect<ReadonlyArray<BoundConnection>, BrokerError>
  }
>()("@vendodev/broker/BoundConnections") {
  static readonly layer = Layer.effect(
    BoundConnections,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const callers = yield* CallingApp
      const resolver = yield* CredentialResolver
      const surroundings = { publicUrl: yield* PublicUrl, proxyOf: yield* ProxyAddress }

      const bound = Effect.fnUntraced(function* (presented: Presented) {
        const row = yield* callers.ask(
          presented,
          ({ claims, keyHash }) => sql<Row>`SELECT * FROM gate.bound_connections(${keyHash}, ${claims}::text::jsonb)`
        )
        const { app_kind: kind, bound } = yield* ofApp(row)
        return yield* Effect.orDie(decode({ kind, bound }))
      })

      return BoundConnections.of({
        list: Effect.fn("BoundConnections.list")(function* (presented, { sandbox }) {
          const app = yield* bound(presented)
          const stripsExclusive = sandbox || app.kind === "sandbox"
          const isExclusive = ({ slug }: Bound) => Option.exists(find(slug), ({ exclusive }) => exclusive)
          const wanted = app.bound.filter(
            (connection) =>
              isStatic[connection.profile] && isUsable(connection) && !(stripsExclusive && isExclusive(connection))
          )
          const given = yield* boundCredentials(resolver, presented, wanted)
          const callersKey = Option.getOrElse(presented.key, () => Redacted.make(""))
          const bySlug = new Map<string, Bound>(app.bound.map((connection) => [connection.slug, connection]))
          return integrations.map((integration) => {
            const held: Given = { credential: given.get(integration.slug), callersKey, ...surroundings }
            return entryOf(integration, bySlug.get(integration.slug), held)
          })
        })
      })
    })
  )
}
