import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { Keyring } from "./Keyring.ts"

/** The key file is not the one this database was sealed with. */
export class KeyringMismatch extends Schema.TaggedError<KeyringMismatch>()("KeyringMismatch", {
  kekIds: Schema.Array(Schema.String)
}) {
  override get message() {
    return (
      `this database was sealed under other keys (${this.kekIds.join(", ")}): ` +
      "point VENDO_KEK_FILE at the key file it was made with; nothing was written"
    )
  }
}

/** Opens the sealed constant of every key this database has seen, as far as the connected role may see them. */
export const checkKeyring = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const keyring = yield* Keyring
  const checks = yield* sql<{ readonly kek_id: string; readonly sealed: Uint8Array }>`
    SELECT kek_id, sealed FROM broker.keyring_checks
  `
  const failed = yield* Effect.filter(checks, ({ kek_id, sealed }) =>
    keyring.openCheck(kek_id, sealed).pipe(Effect.match({ onFailure: () => true, onSuccess: () => false }))
  )
  if (failed.length > 0) return yield* new KeyringMismatch({ kekIds: failed.map(({ kek_id }) => kek_id) })
  return new Set(checks.map(({ kek_id }) => kek_id))
})

/**
 * Checks the keys, then adds the sealed constants of those that are new. Run at
 * every start, before anything is written: a wrong key file must not come to
 * light as data nobody can open.
 */
export const verifyKeyring = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const keyring = yield* Keyring
  const known = yield* checkKeyring
  for (const kekId of keyring.checkedIds) {
    if (known.has(kekId)) continue
    const sealed = yield* Effect.orDie(keyring.sealCheck(kekId))
    yield* sql`
      INSERT INTO broker.keyring_checks (kek_id, sealed) VALUES (${kekId}, ${sealed}) ON CONFLICT DO NOTHING
    `
  }
}).pipe(Effect.withSpan("verifyKeyring"))
