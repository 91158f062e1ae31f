import { Effect, FileSystem, Option, Path } from "effect"
import { hash } from "node:crypto"
import { tmpdir } from "node:os"
import { type Account, findObstacle, makeEnterable, nobody, weAreRoot } from "./Account.ts"
import { longestSocketPath } from "./DirectoryLock.ts"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"
import { sharedDirectory } from "./Programs.ts"

export interface Placement {
  /** holds the cluster, its lock and its socket: the data directory, or where it was moved to */
  readonly home: string
  readonly dataDirectory: string
  readonly account: Option.Option<Account>
}

const shortHash = (path: string): string => hash("sha256", path).slice(0, 16)

/** Who owns the cluster keeps it. One that root owns was restored by root, and one that is not there yet is nobody's. */
const accountFor = Effect.fnUntraced(function* (dataDirectory: string) {
  const fs = yield* FileSystem.FileSystem
  if (!weAreRoot()) return Option.none<Account>()
  const info = yield* Effect.option(fs.stat(dataDirectory))
  const owner = Option.all({ uid: Option.flatMap(info, (_) => _.uid), gid: Option.flatMap(info, (_) => _.gid) })
  return Option.orElseSome(
    Option.filter(owner, ({ uid }) => uid !== 0),
    () => nobody
  )
})

/**
 * The data directory keeps a link to where its cluster will be. A place that is taken holds what a deleted directory of
 * the same name has left: the next one is ours. A rival that makes the link at the same time decides for both.
 */
const moveAway = Effect.fnUntraced(function* (root: string, link: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const first = path.join(sharedDirectory, shortHash(root))
  let moved = path.join(first, "postgres")
  for (let next = 2; yield* fs.exists(moved); next++) moved = path.join(`${first}-${next}`, "postgres")
  yield* makeEnterable(sharedDirectory)
  yield* makeEnterable(path.dirname(moved))
  return yield* fs.symlink(moved, link).pipe(
    Effect.as(moved),
    Effect.catch(() => fs.readLink(link))
  )
})

const unreachable = (obstacle: string, { uid }: Account) =>
  new EmbeddedPostgresError({
    message: `Postgres refuses to run as root, and uid ${uid} may not enter ${obstacle}: open it (chmod o+x), set VENDO_DATA_DIR to another directory, or set DATABASE_URL.`
  })

/**
 * Decides where the cluster of a data directory is and whom it belongs to. As root, where an unprivileged account may
 * not enter the data directory, a new cluster is kept below `/var/lib/vendo`; never in a temporary directory, for those
 * are emptied. Fails when there is no place that account can reach.
 */
export const place = Effect.fn("Placement.place")(function* (dataDir: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  yield* fs.makeDirectory(dataDir, { recursive: true })
  const root = yield* fs.realPath(dataDir)
  const link = path.join(root, "postgres")
  const account = yield* accountFor(link)
  const obstacle = yield* findObstacle(root, account)

  const locate = Effect.gen(function* () {
    if (yield* fs.exists(link)) return yield* fs.realPath(link)
    const dangling = yield* Effect.option(fs.readLink(link))
    if (Option.isSome(dangling)) return path.resolve(root, dangling.value)
    if (Option.isNone(obstacle)) return link
    return yield* moveAway(root, link).pipe(Effect.mapError(() => unreachable(obstacle.value, nobody)))
  })
  const dataDirectory = yield* locate
  const home = path.dirname(dataDirectory)
  yield* makeEnterable(home)
  if (home !== root) {
    const because = Option.match(obstacle, {
      onNone: () => "",
      onSome: (directory) => `: Postgres does not run as root, and its account may not enter ${directory}`
    })
    yield* Effect.logInfo(`The database of ${root} is kept in ${home}${because}`)
  }
  const stillBlocked = yield* findObstacle(home, account)
  if (Option.isSome(stillBlocked))
    return yield* unreachable(
      stillBlocked.value,
      Option.getOrElse(account, () => nobody)
    )
  return { home, dataDirectory, account }
})

/** A directory for sockets only the account (and we) may connect to, cleared of what a dead server left in it. */
const makePrivate = Effect.fnUntraced(function* (directory: string, account: Option.Option<Account>, port: number) {
  const fs = yield* FileSystem.FileSystem
  yield* fs.makeDirectory(directory, { mode: 0o700 }).pipe(
    Effect.catchIf(
      (error) => error.reason._tag === "AlreadyExists",
      () => Effect.void
    )
  )
  const { type, uid } = yield* fs.lstat(directory)
  const owners = [process.getuid?.(), Option.getOrUndefined(account)?.uid]
  if (type !== "Directory" || !owners.includes(Option.getOrUndefined(uid))) {
    return yield* new EmbeddedPostgresError({ message: `${directory} belongs to somebody else: remove it.` })
  }
  yield* fs.chmod(directory, 0o700)
  if (Option.isSome(account)) yield* fs.chown(directory, account.value.uid, account.value.gid)
  for (const name of [`.s.PGSQL.${port}`, `.s.PGSQL.${port}.lock`]) {
    yield* fs.remove(`${directory}/${name}`, { force: true })
  }
  return directory
})

/**
 * A directory for the server's socket: beside the cluster, or, where that path would be too long for a socket, a
 * temporary one named after it, removed when the scope closes.
 */
export const makeSocketDirectory = Effect.fn("Placement.makeSocketDirectory")(function* (
  { account, home }: Placement,
  port: number
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const near = path.join(home, "postgres-socket")
  if (Buffer.byteLength(path.join(near, `.s.PGSQL.${port}`)) <= longestSocketPath) {
    return yield* makePrivate(near, account, port)
  }
  const isBlocked = (directory: string) => Effect.map(findObstacle(directory, account), Option.isSome)
  const temporary = (yield* isBlocked(tmpdir())) ? "/tmp" : tmpdir()
  return yield* Effect.acquireRelease(
    makePrivate(path.join(temporary, `vendo-${shortHash(home)}`), account, port),
    (directory) => Effect.ignore(fs.remove(directory, { recursive: true }))
  )
})
