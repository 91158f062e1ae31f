/** Seals what belongs to one tenant and is no connection's credential, and opens it. */
import { Effect, type Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { CurrentTenant } from "../database/Tenancy.ts"
import { type ColumnPlace, Vault } from "./Vault.ts"

/** A place in the current tenant's rows. */
export type Place = Omit<ColumnPlace, "tenant">

/** What stands in a row: the box, and the version of the data key it is sealed under. */
export interface Sealed {
  readonly box: Uint8Array
  readonly version: number
}

interface KeyRow {
  readonly version: number
  readonly kek_id: string
  readonly wrapped: Uint8Array
}

/** Under the current tenant's data keys. A box that does not open, or a key that is not there, is a defect. */
export const makeColumnBoxes = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const vault = yield* Vault

  const dataKey = Effect.fnUntraced(function* (version: number | null) {
    const [key] = yield* sql<KeyRow>`
      SELECT version, kek_id, wrapped FROM broker.tenant_keys
      WHERE CASE WHEN ${version}::int IS NULL THEN state = 'active' ELSE version = ${version}::int END
    `
    return key === undefined
      ? yield* Effect.die(new Error(`the tenant has no ${version === null ? "active data key" : "such data key"}`))
      : { version: key.version, kekId: key.kek_id, wrapped: key.wrapped }
  })

  return {
    seal: Effect.fnUntraced(function* (place: Place, secret: Redacted.Redacted) {
      const tenant = yield* CurrentTenant
      const key = yield* dataKey(null)
      const box = yield* Effect.orDie(vault.seal({ ...place, tenant: tenant.id }, key, secret))
      const sealed: Sealed = { box, version: key.version }
      return sealed
    }),
    open: Effect.fnUntraced(function* (place: Place, { box, version }: Sealed) {
      const tenant = yield* CurrentTenant
      return yield* Effect.orDie(vault.open({ ...place, tenant: tenant.id }, yield* dataKey(version), box))
    })
  }
})
