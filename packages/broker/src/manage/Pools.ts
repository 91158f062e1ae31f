/** The keys of the installation that tenants draw on, by integration: set once, shown by hint ever after. */
import { Context, Effect, Layer, Option, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import * as Catalog from "@vendodev/catalog/Catalog"
import { ProviderUnknown, type SessionRequired, type Unavailable, ValidationFailed } from "@vendodev/domain/BrokerError"
import type { IntegrationSlug } from "@vendodev/domain/Ids"
import { Pool } from "@vendodev/domain/Pool"
import { orOutOfReach } from "../database/orUnavailable.ts"
import { rows } from "../database/rows.ts"
import { Keyring } from "../vault/Keyring.ts"
import { makeAdmission } from "./admission.ts"
import { pastedText } from "./credentialRules.ts"

type Failure = SessionRequired | Unavailable

export class Pools extends Context.Service<
  Pools,
  {
    readonly list: (token: Redacted.Redacted) => Effect.Effect<ReadonlyArray<Pool>, Failure>
    /** Sets the key, in place of the one before. */
    readonly set: (
      token: Redacted.Redacted,
      slug: IntegrationSlug,
      credential: Redacted.Redacted
    ) => Effect.Effect<Pool, Failure | ProviderUnknown | ValidationFailed>
    /** No pool connection is made of it any more. Repeating it changes nothing. */
    readonly remove: (token: Redacted.Redacted, slug: IntegrationSlug) => Effect.Effect<void, Failure>
  }
>()("@vendodev/broker/Pools") {
  static readonly layer = Layer.effect(
    Pools,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const keyring = yield* Keyring
      const admit = yield* makeAdmission

      const listAs = (hash: Uint8Array) =>
        rows(Pool)(sql`SELECT integration AS slug, hint, created_at, updated_at FROM gate.list_pools(${hash})`)

      /** Of no one tenant, so no tenant's audit log has it. */
      const say = (what: string, integration: string, actor: string) =>
        Effect.annotateLogs(Effect.logInfo(what), { integration, admin_token: actor })

      return Pools.of({
        list: Effect.fn("Pools.list")(function* (token) {
          const { hash } = yield* admit(token)
          return yield* listAs(hash)
        }, orOutOfReach),
        set: Effect.fn("Pools.set")(function* (token, slug, credential) {
          const { actor, hash } = yield* admit(token)
          const key = yield* poolKey(slug, credential)
          const { kekId, sealed } = keyring.seal(
            { kind: "pool", of: slug },
            Redacted.make(Buffer.from(Redacted.value(key)))
          )
          yield* sql`SELECT gate.set_pool(${hash}, ${slug}, ${kekId}, ${sealed}, ${Redacted.value(key).slice(-shown)})`
          yield* say("the key of a pool was set", slug, actor)
          const pool = (yield* listAs(hash)).find((pool) => pool.slug === slug)
          return pool ?? (yield* Effect.die(new Error("a pool was not kept")))
        }, orOutOfReach),
        remove: Effect.fn("Pools.remove")(function* (token, slug) {
          const { actor, hash } = yield* admit(token)
          const [gate] = yield* sql<{ readonly removed: boolean }>`SELECT gate.remove_pool(${hash}, ${slug}) AS removed`
          if (gate?.removed === true) yield* say("a pool was removed", slug, actor)
        }, orOutOfReach)
      })
    })
  )
}

/** How many characters of the key are its hint, and how long a key must be for them to give nothing away. */
const shown = 4
const shortest = 16

const poolKey = Effect.fnUntraced(function* (slug: IntegrationSlug, credential: Redacted.Redacted) {
  const integration = yield* Option.match(Catalog.find(slug), {
    onNone: () => Effect.fail(new ProviderUnknown({ detail: `there is no integration called ${slug}` })),
    onSome: Effect.succeed
  })
  const { name, profiles } = integration
  if (!profiles.includes("vendo_managed_pool")) {
    return yield* new ValidationFailed({
      field: "slug",
      detail: `${name} has no pool; it supports ${profiles.join(", ")}`
    })
  }
  const key = yield* pastedText(integration, credential)
  if (Redacted.value(key).length >= shortest && !Redacted.value(key).includes(" ")) return key
  return yield* new ValidationFailed({
    field: "credential",
    detail: `a key of ${name} has ${shortest} characters at least, and no spaces`
  })
})
