/** The command line as one value: every noun of the API, and how a run of it ends. */
import { Effect } from "effect"
import { Command } from "effect/cli"
import manifest from "../package.json" with { type: "json" }
import { app } from "./app.ts"
import { binding } from "./binding.ts"
import { connect } from "./connect.ts"
import { connection } from "./connection.ts"
import { credit } from "./credit.ts"
import { deployment } from "./deployment.ts"
import { doctor } from "./doctor.ts"
import { env } from "./env.ts"
import { exits } from "./Failure.ts"
import { Json, Url, Words } from "./flags.ts"
import { fuse } from "./fuse.ts"
import * as help from "./help.ts"
import { install } from "./install.ts"
import { integration } from "./integration.ts"
import { key } from "./key.ts"
import { pool } from "./pool.ts"
import { reportOf, tell } from "./report.ts"
import { runCommand } from "./run.ts"
import { status } from "./status.ts"
import { tenant } from "./tenant.ts"
import { token } from "./token.ts"
import { tool } from "./tool.ts"
import { user } from "./user.ts"
import { validate } from "./validate.ts"

const vendo = Command.make("vendo").pipe(
  Command.withDescription("Vendo is a credential broker: a tool asks for an integration and gets a fresh token"),
  Command.withExamples([
    { command: "vendo status", description: "Is the server there, and what do I act with?" },
    { command: "vendo connection create telegram", description: "Store a credential, asked for unseen" },
    { command: "vendo app create support-bot", description: "Name the tool that will use it" },
    {
      command: "vendo binding set telegram --app support-bot --connection telegram",
      description: "Let the one use the other"
    },
    { command: "export VENDO_API_KEY=$(vendo key mint --app support-bot)", description: "Give the tool its key" },
    { command: "vendo token telegram", description: "Get a token as the tool would" },
    { command: "vendo run -- node bot.js", description: "Run the tool with what is bound to it" },
    { command: "vendo install vendo.yaml", description: "All of that at once, for a tool that says what it needs" }
  ]),
  Command.withSubcommands([
    { group: "Use it", commands: [connect, runCommand, token, status] },
    { group: "Install", commands: [install, deployment, env, tool, validate] },
    { group: "Manage", commands: [tenant, app, connection, binding, user, key, credit] },
    { group: "Operate", commands: [doctor, fuse, pool] },
    { group: "Look up", commands: [integration] }
  ]),
  Command.withGlobalFlags([Json, Url])
)

/** Asked for even when the rest of the line can not be understood. */
const wantsJson = (args: ReadonlyArray<string>) => {
  const at = args.indexOf("--json")
  const end = args.indexOf("--")
  return at !== -1 && (end === -1 || at < end)
}

/** Runs the command of these arguments, tells how it failed if it did, and answers the exit code. */
export const run = Effect.fn("vendo.run")(function* (args: ReadonlyArray<string>) {
  return yield* Command.runWith(vendo, { version: manifest.version })(args).pipe(
    Effect.as<number>(exits.done),
    Effect.catchTag("Told", ({ exit }) => Effect.succeed<number>(exit)),
    Effect.catch((error) =>
      error._tag === "ShowHelp" && error.errors.length === 0
        ? Effect.succeed<number>(exits.done)
        : tell(reportOf(error), wantsJson(args))
    ),
    Effect.provideService(Words, args),
    Effect.provide(help.layer)
  )
})
