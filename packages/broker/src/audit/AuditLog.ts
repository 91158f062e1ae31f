/**
 * No record, no secret. A change is recorded in its own transaction, a vend by
 * the database function that grants it. What is left is written here: the
 * refusals, before the answer leaves.
 *
 * They are written in groups without a timer: whatever came while one group
 * was being written is the next group.
 */
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { ErrorCode, Unavailable } from "@vendodev/domain/BrokerError"
import { RequestId } from "@vendodev/domain/RequestId"
import { inTurns } from "../database/inTurns.ts"
import { orSilent, orUnavailable } from "../database/orUnavailable.ts"
import { CurrentTenant } from "../database/Tenancy.ts"

/** What was done to what. No secret, ever. */
export interface Change {
  readonly action: string
  readonly object: { readonly kind: string; readonly id: string }
  readonly with?: Readonly<Record<string, string | null>>
}

export interface Refusal {
  /** Decides whose log it is: the tenant of the key. */
  readonly keyHash: Uint8Array
  readonly key: string
  readonly app: string | null
  readonly connection: string | null
  readonly integration: string
  readonly outcome: ErrorCode
}

interface Write {
  readonly keyHash: Uint8Array
  readonly body: string
}

export class AuditLog extends Context.Service<
  AuditLog,
  {
    /** The change and its record commit or fail together: it is written when the work of the transaction is done. */
    readonly changed: (change: Change) => Effect.Effect<void, never, CurrentTenant>
    /**
     * Answers once the record is on disk. Also for what went wrong after a
     * grant: the log then holds both.
     */
    readonly refused: (refusal: Refusal) => Effect.Effect<void, Unavailable>
  }
>()("@vendodev/broker/AuditLog") {
  static readonly layer = Layer.effect(
    AuditLog,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient

      const write = yield* inTurns({ turns: 1, atMost: 200 }, (writes: ReadonlyArray<Write>) =>
        Effect.as(
          orSilent(sql`SELECT gate.record_denials(
            ${writes.map(({ keyHash }) => keyHash)}::bytea[],
            ${writes.map(({ body }) => body)}::text[]::jsonb[]
          )`),
          writes.map(() => true)
        )
      )

      return AuditLog.of({
        changed: Effect.fn("AuditLog.changed")(function* (change) {
          const { actor, note } = yield* CurrentTenant
          note(JSON.stringify({ ...change, actor, outcome: "done", request: yield* RequestId }))
        }),
        refused: ({ keyHash, ...refusal }) =>
          Effect.withFiber((fiber) => {
            const body = JSON.stringify({ action: "vend", ...refusal, request: fiber.getRef(RequestId) })
            return orUnavailable(Effect.asVoid(write({ keyHash, body })))
          })
      })
    })
  )
}
