/**
 * Seals credentials and opens them.
 *
 * ```
 * box = 0x56 0x42 | format u8 | algorithm u8 | data key version u32 | commitment 16 B
 *     | nonce 12 B | ciphertext | tag 16 B                                    (AES-256-GCM)
 * ```
 *
 * The additional data names tenant, table, column, row, secret version and data
 * key version: a box moved to another place, or put back after a change, does
 * not open. The commitment binds the box to one data key, which GCM alone does
 * not.
 */
import { Context, Effect, Layer, Redacted, Schema } from "effect"
import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto"
import type { ConnectionId, TenantId } from "@vendodev/domain/Ids"
import { additionalData } from "./additionalData.ts"
import { Keyring, type KeyUnavailable, nonceLength, openRaw, sealRaw, tagLength, type WrappedKey } from "./Keyring.ts"

/** Where a box belongs: part of what is authenticated. */
export type BoxPlace = ConnectionPlace | ColumnPlace

/** The credential of a connection. */
export interface ConnectionPlace {
  readonly tenant: TenantId
  readonly connection: ConnectionId
  /** Counts the secrets the row has held. */
  readonly secretVersion: string
}

/** Whatever else is sealed under a tenant's key. */
export interface ColumnPlace {
  readonly tenant: TenantId
  readonly table: "deployments" | "idempotency_keys" | "connect_visits" | "revocations"
  readonly column: string
  readonly row: string
  /** Counts the secrets the row has held. */
  readonly secretVersion: string
}

export interface DataKeyRow extends WrappedKey {
  readonly version: number
}

/** The box is not one of ours, not of this place, or was altered. Which of them is not said. */
export class BoxUnreadable extends Schema.TaggedError<BoxUnreadable>()("BoxUnreadable", {
  table: Schema.String,
  row: Schema.String
}) {
  override get message() {
    return `what is sealed in row ${this.row} of ${this.table} does not open`
  }
}

export class Vault extends Context.Service<
  Vault,
  {
    readonly seal: (
      place: BoxPlace,
      dataKey: DataKeyRow,
      secret: Redacted.Redacted
    ) => Effect.Effect<Uint8Array, KeyUnavailable>
    readonly open: (
      place: BoxPlace,
      dataKey: DataKeyRow,
      box: Uint8Array
    ) => Effect.Effect<Redacted.Redacted, BoxUnreadable | KeyUnavailable>
  }
>()("@vendodev/broker/Vault") {
  static readonly layer = Layer.effect(
    Vault,
    Effect.gen(function* () {
      const keyring = yield* Keyring
      const dataKeys = new DataKeys()

      const dataKey = (tenant: TenantId, row: DataKeyRow): Effect.Effect<DataKey, KeyUnavailable> => {
        const known = dataKeys.get(tenant, row)
        return known === undefined
          ? Effect.map(keyring.unwrap(tenant, row.version, row), (key) => dataKeys.set(tenant, row, key))
          : Effect.succeed(known)
      }

      return Vault.of({
        seal: Effect.fnUntraced(function* (place, row, secret) {
          const { commitment, key } = yield* dataKey(place.tenant, row)
          const plain = Buffer.from(Redacted.value(secret))
          const sealed = sealRaw(key, plain, boxData(place, row.version))
          plain.fill(0)
          return Buffer.concat([header(row.version), commitment, sealed])
        }),
        open: (place, row, box) =>
          Effect.flatMapEager(dataKey(place.tenant, row), ({ commitment, key }) => {
            const plain =
              box.length >= minimumLength && isOurs(box, row.version, commitment)
                ? openRaw(key, box.subarray(sealedAt), boxData(place, row.version))
                : undefined
            if (plain === undefined) return Effect.fail(new BoxUnreadable(columnOf(place)))
            const secret = Redacted.make(plain.toString(), { label: "credential" })
            plain.fill(0)
            return Effect.succeed(secret)
          })
      })
    })
  )
}

const magic = Buffer.from([0x56, 0x42, 1, 1])
const commitmentAt = magic.length + 4
const commitmentLength = 16
const sealedAt = commitmentAt + commitmentLength
const minimumLength = sealedAt + nonceLength + tagLength

const header = (version: number): Buffer => {
  const out = Buffer.alloc(commitmentAt)
  magic.copy(out)
  out.writeUInt32BE(version, magic.length)
  return out
}

const isOurs = (box: Uint8Array, version: number, commitment: Uint8Array): boolean =>
  header(version).equals(box.subarray(0, commitmentAt)) &&
  timingSafeEqual(box.subarray(commitmentAt, sealedAt), commitment)

const columnOf = (place: BoxPlace) =>
  "connection" in place ? { table: "connections", column: "secret_box", row: place.connection } : place

const boxData = (place: BoxPlace, version: number): Buffer => {
  const { column, row, table } = columnOf(place)
  return additionalData("vendo/box/1", place.tenant, table, column, row, place.secretVersion, String(version))
}

interface DataKey {
  readonly key: KeyObject
  readonly commitment: Uint8Array
  readonly wrapped: Uint8Array
}

/** Unwrapped data keys by tenant and version, the oldest out first. Bounded, and only as good as the row. */
class DataKeys {
  readonly #entries = new Map<string, DataKey>()
  static readonly #capacity = 10_000

  get(tenant: TenantId, row: DataKeyRow): DataKey | undefined {
    const entry = this.#entries.get(`${tenant}/${row.version}`)
    return entry === undefined || Buffer.compare(entry.wrapped, row.wrapped) !== 0 ? undefined : entry
  }

  set(tenant: TenantId, row: DataKeyRow, key: KeyObject): DataKey {
    const version = Buffer.alloc(4)
    version.writeUInt32BE(row.version)
    const commitment = createHmac("sha256", key).update("commit").update(version).digest().subarray(0, commitmentLength)
    const entry = { key, commitment, wrapped: Buffer.from(row.wrapped) }
    if (this.#entries.size >= DataKeys.#capacity) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest)
        break
      }
    }
    this.#entries.set(`${tenant}/${row.version}`, entry)
    return entry
  }
}
