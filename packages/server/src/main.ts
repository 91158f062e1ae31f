/** The server's program: `start` when nothing else is said, and what an operator does to a database and its keys. */
import "effect/schema/SchemaJITCompiler/enable"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Config, Console, Effect, Exit, Layer, Logger, Option, Runtime } from "effect"
import { CliError, Command } from "effect/cli"
import { HttpServerError } from "effect/http"
import { command } from "./commands.ts"

/** Why the listener could not be had, and what mends it. */
const listening: Readonly<Record<string, string>> = {
  EADDRINUSE: "stop what listens there, or set PORT to another port",
  EADDRNOTAVAIL: "set HOST to an address of this machine",
  EACCES: "set PORT to a port this user may listen on"
}

/** Failures the operator can mend are told in their own words; anything else is shown whole. */
const words = (cause: Cause.Cause<unknown>): string => {
  const failure = Cause.squash(cause)
  if (failure instanceof HttpServerError.ServeError && failure.cause instanceof Error) {
    const { cause } = failure
    const remedy = "code" in cause ? listening[String(cause.code)] : undefined
    return remedy === undefined ? cause.message : `${cause.message}: ${remedy}`
  }
  const isKnown = failure instanceof Error && Cause.hasFails(cause) && failure.message !== ""
  return isKnown ? failure.message : Cause.pretty(cause)
}

/** What the command line has to say of its own use, it has said. */
const isUsage = (cause: Cause.Cause<unknown>) => Cause.squash(cause) instanceof CliError.ShowHelp

const report = (cause: Cause.Cause<unknown>) =>
  Cause.hasInterruptsOnly(cause) || isUsage(cause) ? Effect.void : Console.error(words(cause))

/** A value that is neither is refused with the other settings, by the commands that have any. */
const logger = Layer.unwrap(
  Effect.map(Config.option(Config.String("VENDO_ENV")), (environment) =>
    Logger.layer([Option.contains(environment, "production") ? Logger.consoleJson : Logger.consolePretty()])
  )
)

command.pipe(
  Command.run({ version: "0.0.0" }),
  Effect.provide([NodeServices.layer, logger]),
  Effect.tapCause(report),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    teardown: (exit, onExit) =>
      // An asked-for stop is a success, not the signal's number.
      Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause) ? onExit(0) : Runtime.defaultTeardown(exit, onExit)
  })
)
