/** A program in the place of `vendo`: it says what it was given, and stays until it is ended. */
import { Effect, FileSystem, Schedule, Schema } from "effect"

/** `vendo run -- <anything> <file>`. */
const program = `#!${process.execPath}
const { renameSync, writeFileSync } = require("node:fs")
const file = process.argv.at(-1)
const said = { pid: process.pid, args: process.argv.slice(2), env: process.env, cwd: process.cwd() }
console.log("said aloud")
console.error("said aside")
writeFileSync(file + ".new", JSON.stringify(said))
renameSync(file + ".new", file)
setInterval(() => {}, 60_000)
`

const Said = Schema.fromJsonString(
  Schema.Struct({
    pid: Schema.Int,
    args: Schema.Array(Schema.String),
    env: Schema.Record(Schema.String, Schema.String),
    cwd: Schema.String
  })
)

/** For programs that start, on a machine that has more to do. */
export const patiently = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.retry(effect, { times: 1200, schedule: Schedule.spaced("50 millis") })

/** Its path, in a directory of the test. */
export const install = Effect.fnUntraced(function* (directory: string) {
  const fs = yield* FileSystem.FileSystem
  const path = `${directory}/stand-in.cjs`
  yield* fs.writeFileString(path, program)
  yield* fs.chmod(path, 0o755)
  return path
})

/** What it was given, once it has said so. It is ended, with its group, when the test ends. */
export const said = Effect.fnUntraced(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  const heard = Effect.flatMap(fs.readFileString(file), Schema.decodeUnknownEffect(Said))
  return yield* Effect.acquireRelease(patiently(heard), ({ pid }) => end(pid))
})

/** With its group; nothing where there is none. */
export const end = (pid: number) => Effect.ignore(Effect.try(() => process.kill(-pid, "SIGKILL")))
