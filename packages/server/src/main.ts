/** The server's program: `start` when nothing else is said, and what an operator does to a database and its keys. */
import "effect/schema/SchemaJITCompiler/enable"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Cause, Config, Console, Effect, Exit, Layer, Logger, Runtime } from "effect"
import { Command } from "effect/cli"
import { command } from "./commands.ts"

/** Failures the operator can mend are told in their own words; anything else is shown whole. */
const report = (cause: Cause.Cause<unknown>) => {
  const failure = Cause.squash(cause)
  const isKnown = failure instanceof Error && Cause.hasFails(cause) && failure.message !== ""
  return Console.error(isKnown ? failure.message : Cause.pretty(cause))
}

const logger = Layer.unwrap(
  Effect.map(
    Config.Literals(["development", "production"], "VENDO_ENV").pipe(Config.withDefault("development")),
    (environment) => Logger.layer([environment === "production" ? Logger.consoleJson : Logger.consolePretty()])
  )
)

command.pipe(
  Command.run({ version: "0.0.0" }),
  Effect.provide([NodeServices.layer, logger]),
  Effect.tapCause((cause) => (Cause.hasInterruptsOnly(cause) ? Effect.void : report(cause))),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    teardown: (exit, onExit) =>
      // An asked-for stop is a success, not the signal's number.
      Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause) ? onExit(0) : Runtime.defaultTeardown(exit, onExit)
  })
)
