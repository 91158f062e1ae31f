import { Context, Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { SessionRequired } from "@vendodev/domain/BrokerError"
import { hint, isWellFormed, mint } from "../vault/KeyFormat.ts"
import { Keyring } from "../vault/Keyring.ts"

/** Tokens of the management API (`vendo_at_*`): same format and storage as app keys, no tenant of their own. */
export class AdminTokens extends Context.Service<
  AdminTokens,
  {
    /** The stored form of a presented token. Malformed ones are refused here, without asking the database. */
    readonly hash: (token: Redacted.Redacted) => Effect.Effect<Uint8Array, SessionRequired>
    /** What a token that does not open anything gets, whatever the reason. */
    readonly refusal: SessionRequired
  }
>()("@vendodev/broker/AdminTokens") {
  static readonly layer = Layer.effect(
    AdminTokens,
    Effect.gen(function* () {
      const keyring = yield* Keyring
      const refusal = new SessionRequired({
        detail: "this admin token is unknown, revoked or expired",
        challenge: "invalid_token"
      })
      return AdminTokens.of({
        hash: (token) => {
          const text = Redacted.value(token)
          if (text === "") return missing
          return isWellFormed("vendo_at_", text) ? Effect.succeed(keyring.hash(token)) : Effect.fail(refusal)
        },
        refusal
      })
    })
  )
}

const missing = Effect.fail(
  new SessionRequired({ detail: "send Authorization: Bearer <admin token>", challenge: "none" })
)

/**
 * Mints an admin token. Asks for the database as its administrator: the
 * server's own role can not create tokens.
 */
export const mintAdminToken = Effect.fn("AdminTokens.mint")(function* (name: string) {
  const sql = yield* SqlClient.SqlClient
  const keyring = yield* Keyring
  const token = mint("vendo_at_")
  yield* sql.withTransaction(
    Effect.gen(function* () {
      yield* sql`SET LOCAL ROLE vendo_owner`
      yield* sql`
      INSERT INTO broker.admin_tokens (id, token_hash, pepper_id, hint, name)
      VALUES (${crypto.randomUUID()}, ${keyring.hash(token)}, ${keyring.pepperId}, ${hint(token, "vendo_at_")}, ${name})
    `
    })
  )
  return token
})
