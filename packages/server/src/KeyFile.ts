/**
 * The key file: what the database must never hold.
 *
 * ```json
 * { "format": "vendo-keys/1", "root": "<base64>", "active": "k1", "keks": [{ "id": "k1", "key": "<base64>" }] }
 * ```
 *
 * Each key is 32 bytes. The file is readable by its owner alone.
 */
import { Array, Effect, FileSystem, Path, Redacted, Schema } from "effect"
import { generate, type KeyMaterial, keyLength } from "@vendodev/broker/vault/Keyring"

/** Too short to be a key that was put in the wrong place, for messages name it. */
const KekId = Schema.String.check(Schema.isPattern(/^[A-Za-z0-9._-]{1,32}$/))

const Contents = Schema.fromJsonString(
  Schema.Struct({
    format: Schema.Literal("vendo-keys/1"),
    root: Schema.String,
    active: KekId,
    keks: Schema.NonEmptyArray(Schema.Struct({ id: KekId, key: Schema.String }))
  })
)

/** The key file can not be used. All faults at once, none of them showing a key. */
export class KeyFileInvalid extends Schema.TaggedError<KeyFileInvalid>()("KeyFileInvalid", {
  path: Schema.String,
  problems: Schema.Array(Schema.String)
}) {
  override get message() {
    return this.problems.map((problem) => `key file ${this.path}: ${problem}`).join("\n")
  }
}

const invalid = (path: string, ...problems: ReadonlyArray<string>) => new KeyFileInvalid({ path, problems })

const hint = "`pnpm vendo-server keys create` makes a new one; data sealed under another can then not be opened"
const restore = "restore the file from where you keep it"

/** Reads and checks a key file. */
export const read = Effect.fn("KeyFile.read")(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const info = yield* fs
    .stat(path)
    .pipe(Effect.mapError(() => invalid(path, `can not be found; set VENDO_KEK_FILE to it, or ${hint}`)))
  const faults: globalThis.Array<string> = []
  if ((info.mode & 0o077) !== 0) faults.push(`is open to other users; run chmod 400 ${path}`)
  const text = yield* fs
    .readFileString(path)
    .pipe(Effect.mapError(() => invalid(path, ...faults, "can not be read; run the server as the user who owns it")))
  const contents = yield* Schema.decodeUnknownEffect(Contents)(text).pipe(
    Effect.mapError(() => invalid(path, ...faults, `is not a vendo-keys/1 file; ${restore}, or ${hint}`))
  )
  const key = (name: string, encoded: string) => {
    const bytes = decode(encoded)
    if (bytes === undefined) faults.push(`"${name}" is not ${keyLength} bytes in base64; ${restore}`)
    else if (bytes.every((byte) => byte === 0)) faults.push(`"${name}" is all zero; ${restore}`)
    return Redacted.make(bytes ?? new Uint8Array(0))
  }
  const material: KeyMaterial = {
    root: key("root", contents.root),
    keks: Array.map(contents.keks, ({ id, key: encoded }) => ({ id, key: key(id, encoded) })),
    active: contents.active
  }
  const ids = contents.keks.map(({ id }) => id)
  if (new Set(ids).size !== ids.length) faults.push("two keys have the same id; give each its own")
  if (ids.includes("root")) faults.push(`no key may have the id "root", which is taken; ${restore}`)
  if (!ids.includes(contents.active)) {
    faults.push(`"active" names ${contents.active}, which is not among the keys; name one of ${ids.join(", ")}`)
  }
  if (faults.length > 0) return yield* invalid(path, ...faults)
  return material
})

/** 32 bytes from canonical base64, and nothing else: a trailing newline or a hex string is a fault. */
const decode = (encoded: string): Uint8Array | undefined => {
  const bytes = Buffer.from(encoded, "base64")
  return bytes.length === keyLength && bytes.toString("base64") === encoded ? new Uint8Array(bytes) : undefined
}

/** Writes a key file with fresh keys, for its owner alone. Fails when there is one: keys are never replaced in place. */
export const create = Effect.fn("KeyFile.create")(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const { dirname } = yield* Path.Path
  const material = generate(`k${crypto.randomUUID().slice(0, 8)}`)
  const encode = (key: Redacted.Redacted<Uint8Array>) => Buffer.from(Redacted.value(key)).toString("base64")
  const contents = yield* Effect.orDie(
    Schema.encodeEffect(Contents)({
      format: "vendo-keys/1",
      root: encode(material.root),
      active: material.active,
      keks: Array.map(material.keks, ({ id, key }) => ({ id, key: encode(key) }))
    })
  )
  yield* fs.makeDirectory(dirname(path), { recursive: true }).pipe(
    Effect.andThen(writeDurably(path, contents)),
    Effect.mapError(() => invalid(path, "can not be created; there is one already, or the directory is not writable"))
  )
  return material
})

/** On disk before anything is sealed under it: a power cut must not leave the data and take the keys. */
const writeDurably = Effect.fnUntraced(function* (path: string, contents: string) {
  const fs = yield* FileSystem.FileSystem
  const { dirname } = yield* Path.Path
  const file = yield* fs.open(path, { flag: "wx", mode: 0o400 })
  yield* file.writeAll(new TextEncoder().encode(contents))
  yield* file.sync
  const directory = yield* fs.open(dirname(path), { flag: "r" })
  yield* directory.sync
}, Effect.scoped)
