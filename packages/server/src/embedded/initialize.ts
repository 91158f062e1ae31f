import { Effect, FileSystem, Option, Path, Redacted } from "effect"
import { randomBytes } from "node:crypto"
import { type Account, giveTo, run } from "./Account.ts"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"

export const superuser = "postgres"

const staging = "postgres.initializing-"

/** `C.UTF-8` of Postgres itself: it sorts and folds the same on every system, whatever locales that one has. */
const flags = [
  `--username=${superuser}`,
  "--encoding=UTF8",
  "--locale=C",
  "--locale-provider=builtin",
  "--builtin-locale=C.UTF-8",
  "--data-checksums",
  "--auth-local=scram-sha-256",
  "--auth-host=scram-sha-256",
  "--no-instructions"
]

const failure = (message: string) => new EmbeddedPostgresError({ message })

const writeForUs = Effect.fnUntraced(function* (file: string, content: string) {
  const fs = yield* FileSystem.FileSystem
  yield* fs.writeFileString(`${file}.new`, content, { mode: 0o600 })
  yield* fs.rename(`${file}.new`, file)
})

const syncDirectory = Effect.fnUntraced(function* (directory: string) {
  const fs = yield* FileSystem.FileSystem
  const handle = yield* fs.open(directory, { flag: "r" })
  yield* handle.sync
}, Effect.scoped)

interface Options {
  readonly programs: string
  readonly dataDirectory: string
  readonly passwordFile: string
  readonly account: Option.Option<Account>
  readonly durable: boolean
}

/** Made beside its final name and renamed, password first: a cluster is never seen half made, nor without its password. */
const create = Effect.fnUntraced(
  function* (options: Options) {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const home = path.dirname(options.dataDirectory)
    const temporary = yield* fs.makeTempDirectoryScoped({ directory: home, prefix: staging })
    const password = `${randomBytes(32).toString("base64url")}\n`
    const passwordFile = path.join(temporary, "password")
    const cluster = path.join(temporary, "postgres")
    yield* fs.writeFileString(passwordFile, password, { mode: 0o600 })
    yield* giveTo(temporary, options.account)
    const args = [...flags, ...(options.durable ? [] : ["--no-sync"]), `--pwfile=${passwordFile}`, "-D", cluster]
    yield* run(path.join(options.programs, "initdb"), args, options.account).pipe(
      Effect.mapError((reason) => failure(`initdb could not create ${options.dataDirectory}: ${reason}`))
    )
    yield* writeForUs(options.passwordFile, password)
    yield* fs
      .rename(cluster, options.dataDirectory)
      .pipe(Effect.onError(() => Effect.ignore(fs.remove(options.passwordFile))))
    if (options.durable) yield* syncDirectory(home)
    yield* Effect.logInfo(`Created a database cluster in ${options.dataDirectory}`)
  },
  Effect.scoped,
  Effect.uninterruptible
)

/** A start that was killed while it created the cluster leaves its work behind; a cluster that was lost leaves none. */
const createAnew = Effect.fnUntraced(function* (options: Options) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const home = path.dirname(options.dataDirectory)
  const leftovers = (yield* fs.readDirectory(home)).filter((name) => name.startsWith(staging))
  if (leftovers.length === 0 && (yield* fs.exists(options.passwordFile))) {
    return yield* failure(
      `The database in ${options.dataDirectory} is gone: restore it, or remove ${options.passwordFile} to start with an empty one.`
    )
  }
  yield* create(options)
  yield* Effect.forEach(leftovers, (name) => Effect.ignore(fs.remove(path.join(home, name), { recursive: true })))
})

/** The superuser's password of a cluster, which is created when there is none. Fails when either of the two was lost. */
export const initialize = Effect.fn("initialize")(function* (options: Options) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  if (!(yield* fs.exists(path.join(options.dataDirectory, "PG_VERSION")))) {
    yield* createAnew(options)
  } else if (Option.contains((yield* fs.stat(options.dataDirectory)).uid, 0)) {
    yield* giveTo(options.dataDirectory, options.account)
  }
  const password = yield* fs
    .readFileString(options.passwordFile)
    .pipe(
      Effect.mapError(() =>
        failure(
          `The password of the database in ${options.dataDirectory} is missing: restore ${options.passwordFile}, or move the database away to start with an empty one.`
        )
      )
    )
  return Redacted.make(password.trim(), { label: "postgres-superuser" })
})
