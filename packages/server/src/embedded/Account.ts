import { Effect, FileSystem, Option, Path } from "effect"
import { execFile } from "node:child_process"
import { lchown } from "node:fs/promises"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"

/** Whom Postgres runs as when that is not ourselves: it refuses to run as root. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

/** By number, for not every system has it under a name. */
export const nobody: Account = { uid: 65534, gid: 65534 }

export const weAreRoot = (): boolean => process.getuid?.() === 0

/** All a child sees of our environment: ours holds secrets, and a stray `PGDATA` or `LC_ALL` would steer it. */
export const environment = { LC_ALL: "C", TZ: "UTC" } as const

/** Runs a program to its end. Answers what it printed; fails with what it complained about. */
export const run = (program: string, args: ReadonlyArray<string>, account: Option.Option<Account>) =>
  Effect.callback<string, string>((resume) => {
    const options = { cwd: "/", env: environment, encoding: "utf8", ...Option.getOrUndefined(account) } as const
    const child = execFile(program, args, options, (error, stdout, stderr) =>
      resume(error === null ? Effect.succeed(stdout) : Effect.fail(stderr.trim() || error.message))
    )
    return Effect.sync(() => child.kill())
  })

const mayEnter = (info: FileSystem.File.Info, account: Account): boolean => {
  const bit = Option.contains(info.uid, account.uid) ? 0o100 : Option.contains(info.gid, account.gid) ? 0o010 : 0o001
  return (info.mode & bit) !== 0
}

/** The first directory on the way to `directory` (itself included) which the account may not enter. */
export const findObstacle = Effect.fnUntraced(function* (directory: string, account: Option.Option<Account>) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  if (Option.isNone(account)) return Option.none<string>()
  const names = directory.split(path.sep)
  const ancestors = names.map((_, index) => names.slice(0, index + 1).join(path.sep) || path.sep)
  return yield* Effect.findFirst(ancestors, (ancestor) =>
    Effect.map(fs.stat(ancestor), (info) => !mayEnter(info, account.value))
  )
})

/** Creates a directory which others may enter, whatever our umask. One that exists keeps the mode its owner chose. */
export const makeEnterable = Effect.fnUntraced(function* (directory: string) {
  const fs = yield* FileSystem.FileSystem
  if (yield* fs.exists(directory)) return
  yield* fs.makeDirectory(directory, { recursive: true })
  yield* fs.chmod(directory, 0o755)
})

/** Gives a directory and all it holds to the account; what a link in it points at is left alone. */
export const giveTo = Effect.fnUntraced(function* (directory: string, account: Option.Option<Account>) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  if (Option.isNone(account)) return
  const { uid, gid } = account.value
  const names = yield* fs.readDirectory(directory, { recursive: true })
  const give = (name: string) =>
    Effect.tryPromise({
      try: () => lchown(path.join(directory, name), uid, gid),
      catch: (cause) => new EmbeddedPostgresError({ message: `Postgres needs files of its own: ${String(cause)}` })
    })
  yield* Effect.forEach(["", ...names], give, { concurrency: 16, discard: true })
})
