/**
 * The keys that are not in the database, and what they are used for. No key
 * serves two purposes: the root is only ever expanded (HKDF-SHA-256), a
 * key-encryption key (KEK) only wraps other keys.
 *
 * Everything is held as a `KeyObject`: made once, several times cheaper to use
 * than a buffer, and not printable.
 */
import { type Array, Context, Effect, Layer, Redacted, Schema } from "effect"
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes
} from "node:crypto"
import type { IntegrationSlug, TenantId } from "@vendodev/domain/Ids"
import { additionalData } from "./additionalData.ts"

export const keyLength = 32
export const nonceLength = 12
/** Always passed: without it Node accepts tags of 4 bytes. */
export const tagLength = 16

/** What a key file holds. */
export interface KeyMaterial {
  /** Expanded into the pepper and the fingerprint key. Never rotated: stored hashes depend on it. */
  readonly root: Redacted.Redacted<Uint8Array>
  readonly keks: Array.NonEmptyReadonlyArray<{ readonly id: string; readonly key: Redacted.Redacted<Uint8Array> }>
  /** The KEK that wraps new data keys. */
  readonly active: string
}

/** The row names a key-encryption key this process does not have, or its wrapping does not open. */
export class KeyUnavailable extends Schema.TaggedError<KeyUnavailable>()("KeyUnavailable", { kekId: Schema.String }) {
  override get message() {
    return `data wrapped under key "${this.kekId}" can not be opened with this key file`
  }
}

export interface WrappedKey {
  readonly kekId: string
  readonly wrapped: Uint8Array
}

export interface SealedKey {
  readonly kekId: string
  readonly sealed: Uint8Array
}

/** What the installation itself holds, and whose it is: a key of user tokens by its `kid`, a pool by its integration. */
export interface Owned {
  readonly kind: "user-token-key" | "pool"
  readonly of: string
}

/** Fresh random key material for a new installation. */
export const generate = (id: string): KeyMaterial => ({
  root: Redacted.make(new Uint8Array(randomBytes(keyLength))),
  keks: [{ id, key: Redacted.make(new Uint8Array(randomBytes(keyLength))) }],
  active: id
})

export class Keyring extends Context.Service<
  Keyring,
  {
    /** HMAC-SHA-256 of a key under the pepper: 32 bytes, the only form of a key that is stored. */
    readonly hash: (key: Redacted.Redacted) => Uint8Array
    readonly pepperId: number
    /** Keyed fingerprint of what makes two credentials the same consumer. */
    readonly fingerprint: (integration: IntegrationSlug, identity: Redacted.Redacted) => Uint8Array
    /** A new data key for a tenant, and its wrapped form for the database. */
    readonly generateDataKey: (tenant: TenantId, version: number) => WrappedKey
    readonly unwrap: (tenant: TenantId, version: number, key: WrappedKey) => Effect.Effect<KeyObject, KeyUnavailable>
    /** A secret of the installation's own, for the database; wipes it. The box opens for what it was sealed for only. */
    readonly seal: (owned: Owned, plain: Redacted.Redacted<Uint8Array>) => SealedKey
    readonly open: (owned: Owned, key: SealedKey) => Effect.Effect<Redacted.Redacted<Uint8Array>, KeyUnavailable>
    /** A sealed constant per key, to be opened at the next start. */
    readonly sealCheck: (kekId: string) => Effect.Effect<Uint8Array, KeyUnavailable>
    readonly openCheck: (kekId: string, sealed: Uint8Array) => Effect.Effect<void, KeyUnavailable>
    /** What `sealCheck` and `openCheck` can be asked for. */
    readonly checkedIds: ReadonlyArray<string>
  }
>()("@vendodev/broker/Keyring") {
  static readonly layerOf = (material: KeyMaterial) => Layer.sync(Keyring, () => Keyring.of(make(material)))
}

const rootCheckId = "root"
const checkText = Buffer.from("vendo keyring check")

const make = (material: KeyMaterial): Keyring["Service"] => {
  const derived = (purpose: string): KeyObject =>
    createSecretKey(
      Buffer.from(hkdfSync("sha256", Redacted.value(material.root), new Uint8Array(0), purpose, keyLength))
    )
  const pepper = derived("vendo/pepper/1")
  const fingerprintKey = derived("vendo/fingerprint/1")
  const keks = new Map(material.keks.map(({ id, key }) => [id, createSecretKey(Redacted.value(key))]))
  // The root is checked like a KEK, for stored hashes depend on it as boxes do on those.
  const checked = new Map([...keks, [rootCheckId, derived("vendo/check/1")]])

  const among = (keys: ReadonlyMap<string, KeyObject>) => (id: string) => {
    const found = keys.get(id)
    return found === undefined ? Effect.fail(new KeyUnavailable({ kekId: id })) : Effect.succeed(found)
  }
  const kek = among(keks)
  const activeKek = (): KeyObject => {
    const active = keks.get(material.active)
    if (active === undefined) throw new KeyUnavailable({ kekId: material.active })
    return active
  }
  const checkKey = among(checked)
  const dekData = (kekId: string, tenant: TenantId, version: number) =>
    additionalData("vendo/dek/1", kekId, tenant, String(version))
  const ownedData = (kekId: string, { kind, of }: Owned) => additionalData(`vendo/${kind}/1`, kekId, of)
  const checkData = (kekId: string) => additionalData("vendo/check/1", kekId)

  return {
    hash: (key) => createHmac("sha256", pepper).update(Redacted.value(key)).digest(),
    pepperId: 1,
    fingerprint: (integration, identity) =>
      createHmac("sha256", fingerprintKey)
        .update(additionalData(integration, Redacted.value(identity)))
        .digest(),
    generateDataKey: (tenant, version) => {
      const dek = randomBytes(keyLength)
      const wrapped = sealRaw(activeKek(), dek, dekData(material.active, tenant, version))
      dek.fill(0)
      return { kekId: material.active, wrapped }
    },
    unwrap: Effect.fnUntraced(function* (tenant, version, { kekId, wrapped }) {
      const opened = openRaw(yield* kek(kekId), wrapped, dekData(kekId, tenant, version))
      if (opened === undefined || opened.length !== keyLength) return yield* new KeyUnavailable({ kekId })
      const key = createSecretKey(opened)
      opened.fill(0)
      return key
    }),
    seal: (owned, plain) => {
      const bytes = Redacted.value(plain)
      const sealed = sealRaw(activeKek(), bytes, ownedData(material.active, owned))
      bytes.fill(0)
      return { kekId: material.active, sealed }
    },
    open: Effect.fnUntraced(function* (owned, { kekId, sealed }) {
      const opened = openRaw(yield* kek(kekId), sealed, ownedData(kekId, owned))
      return opened === undefined ? yield* new KeyUnavailable({ kekId }) : Redacted.make<Uint8Array>(opened)
    }),
    sealCheck: (kekId) => Effect.map(checkKey(kekId), (key) => sealRaw(key, checkText, checkData(kekId))),
    openCheck: Effect.fnUntraced(function* (kekId, sealed) {
      if (openRaw(yield* checkKey(kekId), sealed, checkData(kekId)) === undefined)
        return yield* new KeyUnavailable({ kekId })
    }),
    checkedIds: [...checked.keys()]
  }
}

/** `nonce ‖ ciphertext ‖ tag` under AES-256-GCM with a random 96-bit nonce. */
export const sealRaw = (key: KeyObject, plain: Uint8Array, data: Uint8Array): Uint8Array => {
  const nonce = randomBytes(nonceLength)
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagLength })
  cipher.setAAD(data)
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** The plain bytes, or undefined for whatever is wrong: one outcome, so that nothing can be told apart. */
export const openRaw = (key: KeyObject, sealed: Uint8Array, data: Uint8Array): Buffer | undefined => {
  if (sealed.length < nonceLength + tagLength) return undefined
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, nonceLength), { authTagLength: tagLength })
  decipher.setAAD(data)
  decipher.setAuthTag(sealed.subarray(sealed.length - tagLength))
  const plain = decipher.update(sealed.subarray(nonceLength, sealed.length - tagLength))
  try {
    // `update` hands out bytes before the tag is checked; `final` is what checks it.
    decipher.final()
    return plain
  } catch {
    plain.fill(0)
    return undefined
  }
}
