import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** A migration made of fixed statements, run in order. No value from outside ever comes near one. */
export const statements = (...list: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* Effect.forEach(list, (statement) => sql.unsafe(statement), { discard: true })
  })
