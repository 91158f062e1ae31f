import { Effect, type Redacted } from "effect"
import { SqlClient } from "effect/sql"
import type { AdminTokenId } from "@vendodev/domain/Ids"
import { AdminTokens } from "../access/AdminTokens.ts"

/** For what is of no one tenant: lets in who presents an admin token, and nobody else. */
export const makeAdmission = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const tokens = yield* AdminTokens
  return Effect.fnUntraced(function* (token: Redacted.Redacted) {
    const hash = yield* tokens.hash(token)
    const [gate] = yield* sql<{ readonly actor: AdminTokenId | null }>`SELECT gate.admin(${hash}) AS actor`
    if (gate === undefined || gate.actor === null) return yield* tokens.refusal
    return { hash, actor: gate.actor }
  })
})
