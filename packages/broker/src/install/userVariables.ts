/** The tenant's own variables of a deployment: one sealed object, counted by `env_version`. */
import { Effect, Record, Redacted, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { Unavailable } from "@vendodev/domain/BrokerError"
import type { AppId, TenantId } from "@vendodev/domain/Ids"
import { type ColumnPlace, type DataKeyRow, Vault } from "../vault/Vault.ts"
import type { UserVariables } from "./variableRules.ts"

/** As a row has them. All null but the version where there are none. */
export interface SealedVariables {
  readonly env_version: bigint
  readonly dek_version: number | null
  readonly kek_id: string | null
  readonly wrapped: Uint8Array | null
  readonly env_box: Uint8Array | null
}

interface Owner {
  readonly tenant: TenantId
  readonly app: AppId
}

const placeOf = ({ app, tenant }: Owner, version: bigint): ColumnPlace => ({
  tenant,
  table: "deployments",
  column: "env_box",
  row: app,
  secretVersion: String(version)
})

const decode = Schema.decodeUnknownEffect(
  Schema.fromJsonString(Schema.Record(Schema.String, Schema.RedactedFromValue(Schema.String)))
)

export const makeUserVariables = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const vault = yield* Vault

  return {
    open: Effect.fnUntraced(function* (
      owner: Owner,
      { dek_version: version, env_box: box, env_version, kek_id: kekId, wrapped }: SealedVariables
    ): Effect.fn.Return<UserVariables, Unavailable> {
      if (box === null) return {}
      if (version === null || kekId === null || wrapped === null) return yield* sealedAway("no data key", owner)
      const text = yield* Effect.catch(
        vault.open(placeOf(owner, env_version), { version, kekId, wrapped }, box),
        (error) => sealedAway(error.message, owner)
      )
      return yield* Effect.orDie(decode(Redacted.value(text)))
    }),
    /** The box of that version, and the key it is sealed with; nulls for no variables. */
    seal: Effect.fnUntraced(function* (owner: Owner, version: bigint, variables: UserVariables) {
      if (Record.isEmptyReadonlyRecord(variables)) return { box: null, version: null }
      const [key] = yield* sql<DataKeyRow & { readonly kek_id: string }>`
        SELECT version, kek_id, wrapped FROM broker.tenant_keys WHERE state = 'active'
      `
      if (key === undefined) return yield* Effect.die(new Error("the tenant has no active data key"))
      const text = Redacted.make(JSON.stringify(Record.map(variables, Redacted.value)))
      const dataKey = { version: key.version, kekId: key.kek_id, wrapped: key.wrapped }
      return {
        box: yield* Effect.orDie(vault.seal(placeOf(owner, version), dataKey, text)),
        version: key.version
      }
    })
  }
})

/** They are there but can not be opened: the operator's to mend. */
const sealedAway = (reason: string, { app }: Owner) =>
  Effect.andThen(
    Effect.logError(`the variables of a deployment can not be opened: ${reason}`).pipe(
      Effect.annotateLogs({ deployment: app })
    ),
    Effect.fail(
      new Unavailable({ detail: "these variables can not be opened at the moment; the log says why", retry_after: 60 })
    )
  )
