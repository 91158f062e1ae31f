/**
 * The broker's own keys for user tokens (ES256). Every process reads them from
 * the database at most once a second, so that a key that is retired verifies
 * nothing a second later.
 */
import { Clock, Context, Effect, Layer, Option, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { Unavailable } from "@vendodev/domain/BrokerError"
import { orOutOfReach } from "../database/orUnavailable.ts"
import { Keyring, type KeyUnavailable, type SealedKey } from "../vault/Keyring.ts"
import {
  type KeyObject,
  makeSigningKey,
  privateKeyBytes,
  privateKeyOf,
  publicHalfOf,
  thumbprintOf
} from "../vault/tokenSignature.ts"
import { flights } from "../flights.ts"
import { type IssuerKey, type IssuerKeys } from "./IssuerKey.ts"
import { nanos } from "./jwksLimits.ts"

/** The `typ` of the tokens these keys sign, and of nothing else they sign. */
export const userTokenType = "vendo-user+jwt"

/** For how long what was read is used. */
const glance = nanos(1)

const Row = Schema.Struct({
  kid: Schema.String,
  kek_id: Schema.String,
  sealed: Schema.Uint8Array,
  state: Schema.Literals(["active", "verify_only"]),
  settled: Schema.Boolean
})
type Row = typeof Row.Type
const decode = Schema.decodeUnknownEffect(Schema.Array(Row))

/** A row whose box opened, so that it was written by someone with the key file. */
interface OwnKey extends IssuerKey {
  readonly name: string
  readonly state: Row["state"]
  readonly settled: boolean
  readonly box: SealedKey
}

export interface SigningKey {
  readonly kid: string
  readonly key: KeyObject
}

export class UserTokenKeys extends Context.Service<
  UserTokenKeys,
  {
    /** All that verify: the one that signs, and those before it until they are retired. */
    readonly trusted: IssuerKeys
    /** The private key to sign with. The first one is made when it is first asked for. */
    readonly signing: Effect.Effect<SigningKey, Unavailable>
    /** A new key to sign with; the one before still verifies. Answers its `kid`. As the server's role. */
    readonly rotate: Effect.Effect<string, Unavailable>
    /** For ever: no process takes it a second later. False when there is no such key, or no more. As the server's role. */
    readonly retire: (kid: string) => Effect.Effect<boolean, Unavailable>
  }
>()("@vendodev/broker/UserTokenKeys") {
  static readonly layer = Layer.effect(
    UserTokenKeys,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const keyring = yield* Keyring
      const join = yield* flights<void, Unavailable>()
      let keys: ReadonlyArray<OwnKey> = []
      let readAt: bigint | undefined

      const placeOf = (kid: string) => ({ kind: "user-token-key", of: kid }) as const
      const open = (kid: string, box: SealedKey) => Effect.map(keyring.open(placeOf(kid), box), privateKeyOf)

      /** A key that was opened before need not be opened again. */
      const known = (row: Row) =>
        keys.find(({ box, name }) => name === row.kid && Buffer.compare(box.sealed, row.sealed) === 0)

      const load = Effect.fnUntraced(function* (row: Row): Effect.fn.Return<OwnKey, KeyUnavailable> {
        const { kek_id: kekId, kid: name, sealed, settled, state } = row
        const before = known(row)
        if (before !== undefined) return { ...before, state, settled }
        const box = { kekId, sealed }
        // From the private half, and nowhere else: a public key can be written by anyone who can write the table.
        const key = publicHalfOf(yield* open(name, box))
        const own: IssuerKey = { kid: Option.some(name), algorithm: "ES256", thumbprint: name, key }
        return { ...own, name, state, settled, box }
      })

      const said = new Set<string>()
      /** Once, and not every second. */
      const say = ({ kid }: Row, { message }: KeyUnavailable) => {
        if (said.has(kid)) return Effect.void
        said.add(kid)
        return Effect.logError(`the key ${kid} of user tokens is not used: ${message}`)
      }
      const loadOrSay = (row: Row) =>
        Effect.matchEffect(load(row), {
          onFailure: (error) => Effect.as(say(row, error), Option.none()),
          onSuccess: (key) => Effect.succeedSome(key)
        })

      /** As of when the reading began. */
      const read = Effect.gen(function* () {
        const now = yield* Clock.monotonicTimeNanos
        const found = yield* sql`
          SELECT kid, kek_id, sealed, state, created_at <= now() - interval '2 seconds' AS settled
          FROM broker.user_token_keys WHERE state <> 'retired' ORDER BY created_at DESC, kid
        `
        const loaded = yield* Effect.forEach(yield* Effect.orDie(decode(found)), loadOrSay)
        if (readAt !== undefined && readAt > now) return
        keys = loaded.flatMap(Option.toArray)
        readAt = now
      }).pipe(orOutOfReach)

      const look = Effect.flatMap(join("", read), ({ landing }) => landing)

      const current = Effect.flatMap(Clock.monotonicTimeNanos, (now) =>
        Effect.map(readAt !== undefined && now - readAt < glance ? Effect.void : look, () => keys)
      )
      // The very first key may have been made by another process just now.
      const newer = Effect.suspend(() => (keys.length > 0 ? current : Effect.map(look, () => keys)))

      /** Nothing, when another process has made one at the same time. */
      const add = Effect.gen(function* () {
        const key = makeSigningKey()
        const kid = yield* thumbprintOf(publicHalfOf(key))
        const { kekId, sealed } = keyring.seal(placeOf(kid), privateKeyBytes(key))
        yield* sql`
          INSERT INTO broker.user_token_keys (kid, kek_id, sealed) VALUES (${kid}, ${kekId}, ${sealed})
          ON CONFLICT (state) WHERE state = 'active' DO NOTHING
        `
      })

      const change = <A>(work: Effect.Effect<A, SqlError.SqlError>) =>
        Effect.tap(sql.withTransaction(work).pipe(orOutOfReach), read)

      /** One that every process has had the time to read, or else the one most of them have. */
      const toSign = () =>
        keys.find(({ settled, state }) => state === "active" && settled) ??
        keys.find(({ settled }) => settled) ??
        keys.at(-1)

      return UserTokenKeys.of({
        trusted: { current, newer },
        signing: Effect.gen(function* () {
          yield* current
          if (!keys.some(({ state }) => state === "active")) yield* change(add)
          const own = toSign()
          if (own === undefined) return yield* noKey
          const key = yield* Effect.catch(open(own.name, own.box), () => noKey)
          return { kid: own.name, key }
        }),
        rotate: Effect.gen(function* () {
          yield* change(
            Effect.andThen(sql`UPDATE broker.user_token_keys SET state = 'verify_only' WHERE state = 'active'`, add)
          )
          const active = keys.find(({ state }) => state === "active")
          return active === undefined ? yield* noKey : active.name
        }).pipe(Effect.withSpan("UserTokenKeys.rotate")),
        retire: Effect.fn("UserTokenKeys.retire")(function* (kid) {
          const retired = yield* change(sql`
            UPDATE broker.user_token_keys SET state = 'retired', retired_at = now()
            WHERE kid = ${kid} AND state <> 'retired' RETURNING kid
          `)
          return retired.length > 0
        })
      })
    })
  )
}

const noKey = Effect.fail(
  new Unavailable({
    detail: "this installation's key for user tokens can not be used; the log says why",
    retry_after: 60
  })
)
