/** The variables a tenant gave its deployment: one sealed object, whose version is part of the seal. */
import { Effect, Redacted, Schema } from "effect"
import type { AppId } from "@vendodev/domain/Ids"
import { makeColumnBoxes, type Sealed } from "../vault/columnBoxes.ts"

export type OwnVariables = ReadonlyMap<string, Redacted.Redacted>

const Values = Schema.fromJsonString(Schema.Record(Schema.String, Schema.RedactedFromValue(Schema.String)))
const encode = Schema.encodeEffect(Values)
const decode = Schema.decodeEffect(Values)

const placeOf = (app: AppId, version: number) =>
  ({ table: "deployments", column: "env_box", row: app, secretVersion: String(version) }) as const

export const makeOwnVariables = Effect.gen(function* () {
  const boxes = yield* makeColumnBoxes
  return {
    seal: Effect.fnUntraced(function* (app: AppId, version: number, variables: OwnVariables) {
      const text = Redacted.make(yield* Effect.orDie(encode(Object.fromEntries(variables))))
      return yield* boxes.seal(placeOf(app, version), text)
    }),
    open: Effect.fnUntraced(function* (app: AppId, version: number, sealed: Sealed) {
      const text = yield* boxes.open(placeOf(app, version), sealed)
      const variables: OwnVariables = new Map(Object.entries(yield* Effect.orDie(decode(Redacted.value(text)))))
      return variables
    })
  }
})
