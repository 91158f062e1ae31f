/** The fuses of the installation: which are blown, and the word that lets their connections through. */
import { Context, Effect, Layer, type Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { NotFound, type SessionRequired, type Unavailable } from "@vendodev/domain/BrokerError"
import { Fuse } from "@vendodev/domain/Fuse"
import type { IntegrationSlug } from "@vendodev/domain/Ids"
import { orOutOfReach } from "../database/orUnavailable.ts"
import { rows } from "../database/rows.ts"
import { makeAdmission } from "./admission.ts"

type Failure = SessionRequired | Unavailable

export class Fuses extends Context.Service<
  Fuses,
  {
    /** Those that are blown, or were released within the hour. */
    readonly list: (token: Redacted.Redacted) => Effect.Effect<ReadonlyArray<Fuse>, Failure>
    /** Lets connections that need their users be said to, for an hour. Fails with `not_found` when it is not blown. */
    readonly release: (token: Redacted.Redacted, slug: IntegrationSlug) => Effect.Effect<Fuse, Failure | NotFound>
  }
>()("@vendodev/broker/Fuses") {
  static readonly layer = Layer.effect(
    Fuses,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const admit = yield* makeAdmission

      const listAs = (hash: Uint8Array) =>
        rows(Fuse)(sql`
          SELECT integration AS slug, blown_at, released_until, held FROM gate.list_fuses(${hash})
        `)

      return Fuses.of({
        list: Effect.fn("Fuses.list")(function* (token) {
          const { hash } = yield* admit(token)
          return yield* listAs(hash)
        }, orOutOfReach),
        release: Effect.fn("Fuses.release")(function* (token, slug) {
          const { actor, hash } = yield* admit(token)
          const [gate] = yield* sql<{ readonly released: boolean }>`
              SELECT gate.release_fuse(${hash}, ${slug}) AS released
            `
          const fuse = (yield* listAs(hash)).find((fuse) => fuse.slug === slug)
          if (gate?.released !== true || fuse === undefined) {
            return yield* new NotFound({ detail: `the fuse of ${slug} is not blown` })
          }
          // Of no one tenant, so no tenant's audit log has it.
          yield* Effect.annotateLogs(
            Effect.logWarning("a fuse was released: for an hour connections may be said to need their users"),
            { integration: slug, admin_token: actor }
          )
          return fuse
        }, orOutOfReach)
      })
    })
  )
}
