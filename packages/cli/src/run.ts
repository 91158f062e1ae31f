/** A command with the variables of its deployment: what a container or a shell starts in its place. */
import { Effect, Layer } from "effect"
import { Argument, Command } from "effect/cli"
import { Told, Failure } from "./Failure.ts"
import { Words } from "./flags.ts"
import { lines, reportOf } from "./report.ts"
import { Commands, type Line } from "./run/Commands.ts"
import { say } from "./run/say.ts"
import { Service } from "./run/Service.ts"
import { Signals } from "./run/Signals.ts"
import { supervise } from "./run/supervise.ts"
import { Server } from "./Server.ts"

/** What stands behind `--` and nothing else: flags before it are ours, and behind it the command's. */
const lineOf = Effect.fn("run.lineOf")(function* (words: ReadonlyArray<string>) {
  const all = yield* Words
  const end = all.indexOf("--")
  const [file, ...args] = end === -1 ? [] : all.slice(end + 1)
  if (file !== undefined && words.length === args.length + 1) {
    const line: Line = [file, ...args]
    return line
  }
  return yield* new Failure({
    code: "usage",
    detail: "the command to run, and only that, stands behind --",
    fix: "write it like: vendo run -- node bot.js --port 8080"
  })
})

const services = Layer.mergeAll(Service.layer.pipe(Layer.provide(Server.layerOfTool)), Commands.layer, Signals.layer)

/** Not printed like other failures: stdout is the command's, with or without --json. */
const tell = Effect.fn("run.tell")(function* (failure: Failure) {
  yield* say(lines(reportOf(failure)))
  return failure.exit
})

export const runCommand = Command.make(
  "run",
  {
    command: Argument.String("command").pipe(
      Argument.withDescription("Behind --: the command and its arguments, which are left as they are"),
      Argument.variadic()
    )
  },
  Effect.fn("run")(function* ({ command }) {
    const exit = yield* lineOf(command).pipe(
      Effect.flatMap((line) => Effect.provide(supervise(line), services)),
      Effect.catchTag("Failure", tell)
    )
    return yield* new Told({ exit })
  })
).pipe(
  Command.withDescription(
    "Run a command with the variables of its deployment, restart it when asked to, and say how it is"
  ),
  Command.withExamples([
    { command: "vendo run -- node bot.js", description: "With the key in VENDO_API_KEY; ends as the command does" },
    { command: "vendo run --url https://vendo.example.com -- python -m bot --verbose" },
    { command: "vendo run -- env", description: "See what a tool would be given, secrets included" }
  ])
)
