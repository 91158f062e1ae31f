import { Effect, FileSystem, Path, Schedule } from "effect"
import { randomBytes } from "node:crypto"
import * as Net from "node:net"

/** What `sun_path` holds on the narrowest system we run on (macOS); Linux takes four bytes more. */
export const longestSocketPath = 103

/** A listening socket says that its process is alive: the kernel closes it with the process, however that ends. */
const listen = (path: string) =>
  Effect.acquireRelease(
    Effect.callback<Net.Server, Error>((resume) => {
      const server = Net.createServer((socket) => socket.destroy())
      server.on("error", (error) => resume(Effect.fail(error)))
      server.listen(path, () => resume(Effect.succeed(server)))
      server.unref()
    }),
    (server) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
  )

const gone = new Set<string | undefined>(["ECONNREFUSED", "ENOENT"])

const isAlive = (path: string) =>
  Effect.callback<boolean>((resume) => {
    const socket = Net.connect(path)
    const answer = (alive: boolean) => {
      socket.destroy()
      resume(Effect.succeed(alive))
    }
    socket.once("connect", () => answer(true))
    socket.on("error", (error: NodeJS.ErrnoException) => answer(!gone.has(error.code)))
  })

/** The same directory by a name short enough for the sockets in it. */
const shortName = Effect.fnUntraced(function* (directory: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  if (Buffer.byteLength(directory) + "/.01234567".length <= longestSocketPath) return directory
  const detour = path.join(yield* fs.makeTempDirectoryScoped({ prefix: "vendo-" }), "lock")
  yield* fs.symlink(directory, detour)
  return detour
})

/** A rival may give way, as we may have to; a holder is still there after the last look. */
const patience = { times: 5, schedule: Schedule.jittered(Schedule.spaced("50 millis")) }

/**
 * Holds the directory until the scope closes or the process ends; fails with `"held by another process"` while another
 * process (or another scope of this one) holds it.
 *
 * Every contender listens on a socket of its own, hidden until it answers, shows it, and then looks for others. Who sees
 * none holds: of two, the one that showed itself later sees the earlier. Among contenders the first by name stays, and
 * the others hide and look again. One name for all would not do, for whoever removes a stale socket may be removing the
 * live one that has just replaced it.
 */
export const hold = Effect.fn("DirectoryLock.hold")(function* (directory: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  yield* fs.makeDirectory(directory, { recursive: true, mode: 0o700 })
  const short = yield* shortName(directory)
  const name = randomBytes(4).toString("hex")
  const hidden = path.join(short, `.${name}`)
  const shown = path.join(short, name)

  const isRival = Effect.fnUntraced(function* (other: string) {
    const socket = path.join(short, other)
    if (other === name || other.startsWith(".")) return false
    if (yield* isAlive(socket)) return true
    yield* fs.remove(socket, { force: true })
    return false
  })

  const contend = Effect.gen(function* () {
    if (yield* fs.exists(hidden)) yield* fs.rename(hidden, shown)
    const rivals = yield* Effect.filter(yield* fs.readDirectory(short), isRival)
    if (rivals.length === 0) return
    if (rivals.some((rival) => rival < name)) yield* fs.rename(shown, hidden)
    return yield* Effect.fail("held by another process" as const)
  })

  const disappear = Effect.ignore(fs.remove(shown, { force: true }))
  yield* listen(hidden)
  yield* Effect.addFinalizer(() => disappear)
  yield* contend.pipe(
    Effect.retry({ ...patience, while: (error) => error === "held by another process" }),
    Effect.onError(() => disappear)
  )
})
