#!/usr/bin/env node
/** The edge of the process: arguments and environment come in, an exit code goes out. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Console, Effect, Exit, Layer, Redacted, Runtime, Stdio } from "effect"
import * as Http from "./Http.ts"
import { Inherited } from "./run/Inherited.ts"
import { run } from "./vendo.ts"

Stdio.Stdio.use(({ args }) => Effect.flatMap(args, run)).pipe(
  Effect.provide(Layer.merge(NodeServices.layer, Http.layer)),
  Effect.provideService(Inherited, Redacted.make(process.env)),
  Effect.tapCause((cause) => (Cause.hasInterruptsOnly(cause) ? Effect.void : Console.error(Cause.pretty(cause)))),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    teardown: (exit, onExit) =>
      Exit.isSuccess(exit) && typeof exit.value === "number"
        ? onExit(exit.value)
        : Runtime.defaultTeardown(exit, onExit)
  })
)
