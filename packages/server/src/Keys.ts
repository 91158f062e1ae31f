import { Effect, FileSystem, Layer, Option, Path } from "effect"
import { Keyring } from "@vendodev/broker/vault/Keyring"
import * as KeyFile from "./KeyFile.ts"
import { Settings } from "./Settings.ts"

/** Where the key file is: as configured, or in the data directory. */
export const path = Effect.gen(function* () {
  const { dataDir, keyFile } = yield* Settings
  const { join } = yield* Path.Path
  return Option.getOrElse(keyFile, () => join(dataDir, "keys.json"))
})

/**
 * The keyring from the key file. The file is made on the first run of an
 * embedded database; a database that is there already, or one of the
 * operator's own, is never given keys it was not sealed with.
 */
export const layer = Layer.unwrap(
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { join } = yield* Path.Path
    const { databaseUrl, dataDir } = yield* Settings
    const file = yield* path
    const isThere = yield* Effect.forEach([file, join(dataDir, "postgres-superuser")], (one) => fs.exists(one))
    const isFirstRun = Option.isNone(databaseUrl) && !isThere.includes(true)
    return Keyring.layerOf(isFirstRun ? yield* KeyFile.create(file) : yield* KeyFile.read(file))
  })
)

/** The keyring from the key file that is there. */
export const existing = Layer.unwrap(
  Effect.map(
    Effect.flatMap(path, (file) => KeyFile.read(file)),
    Keyring.layerOf
  )
)
