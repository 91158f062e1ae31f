/** Sealing under the key of the tenant one is in, for columns that are no connection's credential. */
import { Effect, type Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { CurrentTenant } from "../database/Tenancy.ts"
import { type ColumnPlace, Vault } from "./Vault.ts"

export interface Box {
  readonly box: Uint8Array
  /** Of the data key. */
  readonly version: number
}

interface KeyRow {
  readonly version: number
  readonly kek_id: string
  readonly wrapped: Uint8Array
}

/** Where in the tenant a box belongs. */
export type Place = Omit<ColumnPlace, "tenant">

const noKey = new Error("the tenant has no such data key")

export const makeTenantBoxes = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const vault = yield* Vault

  const keyOf = (rows: ReadonlyArray<KeyRow>) => {
    const [key] = rows
    return key === undefined
      ? Effect.die(noKey)
      : Effect.succeed({ version: key.version, kekId: key.kek_id, wrapped: key.wrapped })
  }

  return {
    seal: Effect.fnUntraced(function* (place: Place, secret: Redacted.Redacted) {
      const { id: tenant } = yield* CurrentTenant
      const key = yield* Effect.flatMap(
        sql<KeyRow>`SELECT version, kek_id, wrapped FROM broker.tenant_keys WHERE state = 'active'`,
        keyOf
      )
      const sealed: Box = {
        box: yield* Effect.orDie(vault.seal({ ...place, tenant }, key, secret)),
        version: key.version
      }
      return sealed
    }),
    open: Effect.fnUntraced(function* (place: Place, { box, version }: Box) {
      const { id: tenant } = yield* CurrentTenant
      const key = yield* Effect.flatMap(
        sql<KeyRow>`SELECT version, kek_id, wrapped FROM broker.tenant_keys WHERE version = ${version}`,
        keyOf
      )
      return yield* Effect.orDie(vault.open({ ...place, tenant }, key, box))
    })
  }
})
