import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Option, Path } from "effect"
import { hash, randomBytes } from "node:crypto"
import { cp } from "node:fs/promises"
import { nobody, weAreRoot } from "../src/embedded/Account.ts"
import { findPackage, reachable, sharedDirectory } from "../src/embedded/Programs.ts"
import { start } from "../src/EmbeddedPostgres.ts"
import { directory, Platform, read, removeAfterwards, settings, write } from "./fixtures/cluster.ts"

it.layer(Platform, { excludeTestServices: true })("EmbeddedPostgres, run by root,", (it) => {
  it.effect.runIf(weAreRoot())("keeps the cluster where its account may go", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const dataDir = yield* directory(0o700)
      const home = path.join(sharedDirectory, hash("sha256", yield* fs.realPath(dataDir)).slice(0, 16))
      yield* removeAfterwards(home)
      const { dataDirectory } = yield* Effect.scoped(Effect.tap(start({ dataDir, settings }), write))
      assert.strictEqual(dataDirectory, path.join(home, "postgres"))
      assert.strictEqual(yield* fs.readLink(path.join(dataDir, "postgres")), dataDirectory)
      const again = yield* Effect.scoped(
        Effect.tap(start({ dataDir, settings }), (cluster) =>
          Effect.map(read(cluster), (rows) => assert.deepStrictEqual(rows, [{ word: "kept" }]))
        )
      )
      assert.strictEqual(again.dataDirectory, dataDirectory)

      yield* Effect.forEach(yield* fs.readDirectory(dataDir), (name) => fs.remove(path.join(dataDir, name)))
      yield* removeAfterwards(`${home}-2`)
      const successor = yield* start({ dataDir, settings })
      assert.strictEqual(successor.dataDirectory, path.join(`${home}-2`, "postgres"))
      yield* write(successor)
    })
  )

  it.effect.runIf(weAreRoot())("takes over a cluster which root restored", () =>
    Effect.gen(function* () {
      const dataDir = yield* directory()
      const { dataDirectory } = yield* Effect.scoped(Effect.tap(start({ dataDir, settings }), write))
      yield* Effect.promise(() => cp(dataDirectory, `${dataDirectory}.copy`, { recursive: true }))
      const fs = yield* FileSystem.FileSystem
      yield* fs.remove(dataDirectory, { recursive: true })
      yield* fs.rename(`${dataDirectory}.copy`, dataDirectory)
      assert.deepStrictEqual(yield* read(yield* start({ dataDir, settings })), [{ word: "kept" }])
    })
  )

  it.effect.runIf(weAreRoot())("copies programs which its account cannot read", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const found = yield* findPackage()
      const native = `${yield* directory(0o700)}/native`
      yield* Effect.promise(() => cp(found.native, native, { recursive: true, verbatimSymlinks: true }))
      const hidden = { ...found, native, version: `test-${randomBytes(4).toString("hex")}` }
      yield* removeAfterwards(`${sharedDirectory}/postgres-${hidden.version}`)
      const copy = yield* reachable(hidden, Option.some(nobody))
      assert.strictEqual(copy, `${sharedDirectory}/postgres-${hidden.version}`)
      assert.strictEqual(yield* fs.readLink(`${copy}/lib/libpq.so.5`), yield* fs.readLink(`${native}/lib/libpq.so.5`))
      assert.strictEqual(yield* reachable(hidden, Option.some(nobody)), copy)
      assert.strictEqual(yield* reachable(hidden, Option.none()), native)
    })
  )
})
