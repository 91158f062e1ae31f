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

const writeForUs = Effect.fnUntraced(function*(file: string, content: string) {
  const fs = yield* FileSystem.FileSystem
  yield* fs.writeFileString(`${file}.new`, content, { mode: 0o600 })
  yield* fs.rename(`${file}.new`, file)
})

const syncDirectory = Effect.fnUntraced(function*(directory: string) {
  const fs = yield* FileSystem.FileSystem
  const handle = yield* fs.open(directory, { flag: "r" })
  yield* handle.sync
}, Effect.scoped)

/** The cluster appears under its name only when it is complete: after a crash the next start begins anew. */
const create = Effect.fnUntraced(function*(options: Cluster) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const home = path.dirname(options.dataDirectory)
  const leftovers = (yield* fs.readDirectory(home)).filter((name) => name.startsWith(staging))
  yield* Effect.forEach(leftovers, (name) => Effect.ignore(fs.remove(path.join(home, name), { recursive: true })))

  const temporary = yield* fs.makeTempDirectoryScoped({ directory: home, prefix: staging })
  const password = randomBytes(32).toString("base64url")
  const passwordFile = path.join(temporary, "password")
  const cluster = path.join(temporary, "postgres")
  yield* fs.writeFileString(passwordFile, `${password}\n`, { mode: 0o600 })
  yield* giveTo(temporary, options.account)
  const args = [...flags, ...(options.durable ? [] : ["--no-sync"]), `--pwfile=${passwordFile}`, "-D", cluster]
  yield* run(path.join(options.programs, "initdb"), args, options.account).pipe(
    Effect.mapError((reason) =>
      new EmbeddedPostgresError({ message: `initdb could not create ${options.dataDirectory}: ${reason}` })
    )
  )
  yield* writeForUs(options.passwordFile, `${password}\n`)
  yield* fs.rename(cluster, options.dataDirectory)
  if (options.durable) yield* syncDirectory(home)
  yield* Effect.logInfo(`Created a database cluster in ${options.dataDirectory}`)
}, Effect.scoped)

interface Cluster {
  readonly programs: string
  readonly dataDirectory: string
  readonly passwordFile: string
  readonly account: Option.Option<Account>
  readonly durable: boolean
}

/** The superuser's password of a cluster which is created when there is none. Fails when its password was lost. */
export const initialize = Effect.fn("initialize")(function*(options: Cluster) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  if (!(yield* fs.exists(path.join(options.dataDirectory, "PG_VERSION")))) {
    yield* create(options)
  } else if (Option.isSome(options.account)) {
    const { uid } = yield* fs.stat(options.dataDirectory)
    if (Option.contains(uid, 0)) yield* giveTo(options.dataDirectory, options.account)
  }
  const password = yield* fs.readFileString(options.passwordFile).pipe(
    Effect.mapError(() =>
      new EmbeddedPostgresError({
        message: `The password of the database in ${options.dataDirectory} is missing: restore ${options.passwordFile}, or move the database away to start with an empty one.`
      })
    )
  )
  return Redacted.make(password.trim(), { label: "postgres-superuser" })
})
