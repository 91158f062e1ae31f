/**
 * A request that may come again, and is to be done once. The first one in takes
 * the name; whoever brings the same meanwhile waits for it, and gets its answer.
 *
 * The name is part of the transaction that does the work: what failed, or was
 * cut off, has left none. Answers are kept for 24 hours, sealed.
 */
import { Context, Effect, Layer, Option, Redacted, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { IdempotencyConflict } from "@vendodev/domain/BrokerError"
import type { IdempotencyKey } from "@vendodev/domain/Installation"
import { CurrentTenant, type InTenant } from "../database/Tenancy.ts"
import { makeColumnBoxes } from "../vault/columnBoxes.ts"
import { Keyring } from "../vault/Keyring.ts"

/** What is asked for, under which name. */
export interface Attempt {
  /** Names are of one route: the same name elsewhere is another. */
  readonly route: string
  readonly key: IdempotencyKey
  /** All that was asked, in one spelling. It may hold secrets: what is kept of it is a keyed hash. */
  readonly request: Redacted.Redacted
}

/** How an answer is kept, and what is to be had from it. */
type Answer<A> = Schema.Codec<A, string>

interface Kept {
  readonly request_hash: Uint8Array
  readonly dek_version: number | null
  readonly answer_box: Uint8Array | null
}

export class Idempotency extends Context.Service<
  Idempotency,
  {
    /** Does the work and keeps its answer, or answers what was kept. Fails when the name was used for something else. */
    readonly once: <A, E, R>(
      attempt: Option.Option<Attempt>,
      answer: Answer<A>,
      work: Effect.Effect<A, E, R>
    ) => Effect.Effect<A, E | IdempotencyConflict | SqlError.SqlError, R | CurrentTenant>
    /** What was kept, without doing anything. */
    readonly recall: <A>(attempt: Attempt, answer: Answer<A>) => InTenant<Option.Option<A>, IdempotencyConflict>
  }
>()("@vendodev/broker/Idempotency") {
  static readonly layer = Layer.effect(
    Idempotency,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const keyring = yield* Keyring
      const boxes = yield* makeColumnBoxes

      /** The tenant is part of both, though the row carries it: a name of one is nothing in another. */
      const hashes = Effect.fnUntraced(function* ({ key, request, route }: Attempt) {
        const { id } = yield* CurrentTenant
        const of = (what: string, text: string) => keyring.hash(Redacted.make(`${what}\n${id}\n${route}\n${text}`))
        return { key: of("idempotency key", key), request: of("request", Redacted.value(request)) }
      })

      const placeOf = (keyHash: Uint8Array) =>
        ({
          table: "idempotency_keys",
          column: "answer_box",
          row: Buffer.from(keyHash).toString("hex"),
          secretVersion: "1"
        }) as const

      const find = Effect.fnUntraced(function* <A>({ route }: Attempt, key: Uint8Array, answer: Answer<A>) {
        const [kept] = yield* sql<Kept>`
          SELECT request_hash, dek_version, answer_box FROM broker.idempotency_keys
          WHERE route = ${route} AND key_hash = ${key} AND created_at > now() - interval '24 hours'
        `
        if (kept === undefined) return Option.none()
        const { answer_box: box, dek_version: version, request_hash } = kept
        if (box === null || version === null)
          return yield* Effect.die(new Error("a request was kept without its answer"))
        const text = yield* boxes.open(placeOf(key), { box, version })
        const value = yield* Effect.orDie(Schema.decodeEffect(answer)(Redacted.value(text)))
        return Option.some({ request_hash, value })
      })

      const recall = Effect.fn("Idempotency.recall")(function* <A>(attempt: Attempt, answer: Answer<A>) {
        const { key, request } = yield* hashes(attempt)
        const found = yield* find(attempt, key, answer)
        if (Option.isNone(found)) return Option.none()
        return Buffer.compare(found.value.request_hash, request) === 0
          ? Option.some(found.value.value)
          : yield* usedOtherwise
      })

      /** Takes the name, a too old one anew. Waits for whoever is at it with the same. */
      const take = Effect.fnUntraced(function* ({ route }: Attempt, key: Uint8Array, request: Uint8Array) {
        const { id } = yield* CurrentTenant
        const taken = yield* sql`
          INSERT INTO broker.idempotency_keys AS i (tenant_id, route, key_hash, request_hash)
          VALUES (${id}, ${route}, ${key}, ${request})
          ON CONFLICT (tenant_id, route, key_hash)
          DO UPDATE SET request_hash = excluded.request_hash, created_at = now(), dek_version = NULL, answer_box = NULL
          WHERE i.created_at <= now() - interval '24 hours'
          RETURNING route
        `
        return taken.length > 0
      })

      // After taking, so that whoever prunes waits for nobody. A hundred at most, so that it is no work for who comes by.
      const prune = sql`
        DELETE FROM broker.idempotency_keys i USING (
          SELECT o.route, o.key_hash FROM broker.idempotency_keys o
          WHERE o.created_at <= now() - interval '24 hours' ORDER BY o.created_at LIMIT 100 FOR UPDATE SKIP LOCKED
        ) old WHERE i.route = old.route AND i.key_hash = old.key_hash
      `

      const keep = Effect.fnUntraced(function* <A>({ route }: Attempt, key: Uint8Array, answer: Answer<A>, value: A) {
        const text = Redacted.make(yield* Effect.orDie(Schema.encodeEffect(answer)(value)))
        const { box, version } = yield* boxes.seal(placeOf(key), text)
        yield* sql`
          UPDATE broker.idempotency_keys SET answer_box = ${box}, dek_version = ${version}
          WHERE route = ${route} AND key_hash = ${key}
        `
      })

      return Idempotency.of({
        once: Effect.fn("Idempotency.once")(function* (attempt, answer, work) {
          if (Option.isNone(attempt)) return yield* work
          const { key, request } = yield* hashes(attempt.value)
          if (yield* take(attempt.value, key, request)) {
            yield* prune
            const value = yield* work
            yield* keep(attempt.value, key, answer, value)
            return value
          }
          const kept = yield* recall(attempt.value, answer)
          return Option.isSome(kept) ? kept.value : yield* Effect.die(new Error("a kept request is gone"))
        }),
        recall
      })
    })
  )
}

const usedOtherwise = Effect.fail(
  new IdempotencyConflict({
    detail: "this Idempotency-Key was used for another request; use a new one for a new request"
  })
)
