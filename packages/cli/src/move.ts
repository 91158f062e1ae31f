/** Handing a connection over: the one lets go of it before the other has it. */
import { Console, Effect, Layer, Option, Schedule } from "effect"
import { Command, Flag } from "effect/cli"
import type { HandOver } from "@vendodev/domain/HandOver"
import type { TenantId } from "@vendodev/domain/Ids"
import { answer } from "./answer.ts"
import { Told } from "./Failure.ts"
import { integrationArgument } from "./flags.ts"
import { Lifecycle, Management } from "./Management.ts"
import * as resolve from "./resolve.ts"

const appFlagOf = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar("<app>"), Flag.withDescription(description))

/** A run reports every 20 seconds, and at once when it is told to hurry. */
const looks = Schedule.spaced("2 seconds")

/** Until the one that has it has let go. Whoever does not wait leaves it on its way. */
const waitFor = Effect.fn("move.waitFor")(function* (tenant: TenantId, { id }: HandOver) {
  const { getHandOver } = yield* Lifecycle
  return yield* Effect.repeat(
    Effect.tap(getHandOver({ params: { tenant, handOver: id } }), ({ reason, state }) =>
      state === "draining" ? Console.error(`waiting: ${reason}`) : Effect.void
    ),
    { schedule: looks, until: ({ state }) => state !== "draining" }
  )
})

export const move = Command.make(
  "move",
  {
    slug: integrationArgument,
    to: appFlagOf("to", "The deployment or app that gets it"),
    from: Flag.optional(appFlagOf("from", "The one that has it, if more than one does")),
    force: Flag.Boolean("force").pipe(
      Flag.withDescription("Move it at once, though the command that uses it may still run"),
      Flag.withoutNegation,
      Flag.withDefault(false)
    )
  },
  Effect.fn("binding.move")(function* ({ force, from, slug, to }) {
    const { moveBinding } = yield* Lifecycle
    const { id: tenant } = yield* resolve.tenant
    const { id: target } = yield* resolve.app(tenant, to)
    const source = Option.isSome(from) ? { from: (yield* resolve.app(tenant, from.value)).id } : {}
    const [begun, response] = yield* moveBinding({
      params: { tenant, slug },
      payload: { to: target, ...source, ...(force ? { force: true } : {}) },
      responseMode: "decoded-and-response"
    })
    if (begun.state !== "draining") return yield* answer(response, Effect.succeed(`${slug}: ${begun.reason}`))
    yield* Console.error(`${slug} is on its way to ${to}; Ctrl-C leaves it so`)
    const ended = yield* waitFor(tenant, begun)
    yield* answer(response, Effect.succeed(`${slug}: ${ended.reason}`))
    if (ended.state === "cancelled") yield* new Told({ exit: 1 })
  })
).pipe(
  Command.withDescription(
    "Hand a connection over from one deployment to another: the command that has it ends before the other starts with it"
  ),
  Command.withExamples([
    { command: "vendo binding move telegram --to echo-2" },
    { command: "vendo binding move telegram --from echo --to echo-2 --force", description: "Wait for nobody" }
  ]),
  Command.provide(Layer.mergeAll(Lifecycle.layer, Management.layer))
)
