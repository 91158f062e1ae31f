/** The tenant's connection to the shared pool of an integration: one, however many deployments use it. */
import { Effect, Option } from "effect"
import { SqlClient } from "effect/sql"
import type { Integration } from "@vendodev/catalog/Integration"
import { ValidationFailed } from "@vendodev/domain/BrokerError"
import { type ConnectionId, DisplayName, type IntegrationSlug } from "@vendodev/domain/Ids"
import { Connections } from "../manage/Connections.ts"

const name = DisplayName.make("managed pool")

/** Whether there is a pool to draw from. Every integration that can have one is taken to: nothing keeps pools yet. */
const poolIsConfigured = (_slug: IntegrationSlug): Effect.Effect<boolean> => Effect.succeed(true)

export const makeManagedPool = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const connections = yield* Connections

  /** The connection, made for whoever is the first to choose the pool. */
  return Effect.fn("managedPool.connect")(function* ({ name: title, slug }: Integration) {
    if (!(yield* poolIsConfigured(slug))) {
      return yield* new ValidationFailed({ detail: `no pool of ${title} is set up on this installation` })
    }
    const [there] = yield* sql<{ readonly id: ConnectionId }>`
      SELECT id FROM broker.connections
      WHERE integration = ${slug} AND profile = 'vendo_managed_pool' AND user_subject = '' AND status <> 'revoked'
      ORDER BY created_at, id LIMIT 1
    `
    if (there !== undefined) return there.id
    const profile = Option.some("vendo_managed_pool" as const)
    return (yield* connections.create({ slug, name, profile, credential: Option.none() })).id
  })
})
