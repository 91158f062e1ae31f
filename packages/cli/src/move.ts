/** Handing a connection over from one app to another, and waiting until its old consumer has let go of it. */
import { Console, Effect, Layer, Option, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { type App } from "@vendodev/domain/App"
import { type HandOver, HandOverId } from "@vendodev/domain/HandOver"
import type { TenantId } from "@vendodev/domain/Ids"
import { answer } from "./answer.ts"
import { exits, Told } from "./Failure.ts"
import { integrationArgument } from "./flags.ts"
import { Lifecycle, Management } from "./Management.ts"
import { looking, unanswered } from "./polling.ts"
import * as resolve from "./resolve.ts"
import { facts } from "./table.ts"

const services = Layer.mergeAll(Lifecycle.layer, Management.layer)

type Names = (id: App["id"]) => string

const namesIn = Effect.fnUntraced(function* (tenant: TenantId) {
  const { listApps } = yield* Management
  const { apps } = yield* listApps({ params: { tenant } })
  const slugs = new Map(apps.map(({ id, slug }) => [id, slug]))
  const names: Names = (id) => slugs.get(id) ?? id
  return names
})

const shown = ({ from, id, reason, slug, state, to }: HandOver, names: Names) =>
  facts([
    ["connection", slug],
    ["from", names(from)],
    ["to", names(to)],
    ["state", `${state}: ${reason}`],
    ["hand-over", id]
  ])

const cancelling = (id: HandOverId) => `vendo binding cancel-move ${id}`

/** Until it is over. Whoever stops waiting leaves it as it is. */
const waiting = Effect.fn("binding.move.waiting")(function* (tenant: TenantId, begun: HandOver, names: Names) {
  const { getHandOver } = yield* Lifecycle
  const look = getHandOver({
    params: { tenant, handOver: begun.id },
    responseMode: "decoded-and-response"
  })
  const who = names(begun.from)
  return yield* looking(look, (seen, seconds) => {
    if (Option.isNone(seen)) return Effect.as(Console.error(unanswered(seconds)), false)
    const [{ state }] = seen.value
    return state === "draining"
      ? Effect.as(Console.error(`waiting for ${who} to let go of ${begun.slug} (${seconds} s)`), false)
      : Effect.succeed(true)
  })
})

export const move = Command.make(
  "move",
  {
    slug: integrationArgument,
    to: Flag.String("to").pipe(
      Flag.withMetavar("<app>"),
      Flag.withDescription("Who is to have it: an app, by slug or id")
    ),
    from: Flag.String("from").pipe(
      Flag.withMetavar("<app>"),
      Flag.withDescription("Who has it; the only app that does, if left out"),
      Flag.optional
    ),
    force: Flag.Boolean("force").pipe(
      Flag.withDescription("Do not wait: for a while there may be two consumers"),
      Flag.withoutNegation,
      Flag.withDefault(false)
    )
  },
  Effect.fn("binding.move")(function* ({ force, from: source, slug, to: target }) {
    const { moveBinding } = yield* Lifecycle
    const tenant = yield* resolve.tenant
    const to = yield* resolve.app(tenant.id, target)
    const from = Option.isSome(source) ? { from: (yield* resolve.app(tenant.id, source.value)).id } : {}
    const names = yield* namesIn(tenant.id)
    const begun = yield* moveBinding({
      params: { tenant: tenant.id, slug },
      payload: { to: to.id, ...from, ...(force ? { force } : {}) },
      responseMode: "decoded-and-response"
    })
    const [{ id, state }] = begun
    if (state === "draining") yield* Console.error(`its run is told to let go; to call it off: ${cancelling(id)}`)
    const [handOver, response] =
      state === "draining"
        ? yield* Effect.onInterrupt(waiting(tenant.id, begun[0], names), () =>
            Console.error(`it goes on without you; to call it off: ${cancelling(id)}`)
          )
        : begun
    yield* answer(response, Effect.succeed(shown(handOver, names)))
    if (handOver.state === "cancelled") return yield* new Told({ exit: exits.refused })
  })
).pipe(
  Command.withDescription("Hand a connection over to another app, once its old consumer has let go of it"),
  Command.withExamples([
    { command: "vendo binding move telegram --to night-bot" },
    { command: "vendo binding move notion --from support-bot --to night-bot" },
    { command: "vendo binding move telegram --to night-bot --force", description: "When its old consumer hangs" }
  ]),
  Command.provide(services)
)

export const cancelMove = Command.make(
  "cancel-move",
  {
    id: Argument.String("hand-over").pipe(
      Argument.withDescription("The id that `vendo binding move` said"),
      Argument.filterMap(Schema.decodeUnknownOption(HandOverId), () => "the id of a hand-over")
    )
  },
  Effect.fn("binding.cancel-move")(function* ({ id }) {
    const { cancelHandOver } = yield* Lifecycle
    const tenant = yield* resolve.tenant
    const [handOver, response] = yield* cancelHandOver({
      params: { tenant: tenant.id, handOver: id },
      responseMode: "decoded-and-response"
    })
    yield* answer(
      response,
      Effect.map(namesIn(tenant.id), (names) => shown(handOver, names))
    )
  })
).pipe(
  Command.withDescription("Call a hand-over off, and let its old consumer go on; repeating it changes nothing"),
  Command.withExamples([{ command: "vendo binding cancel-move 0190b5a4-0000-7000-8000-000000000001" }]),
  Command.provide(services)
)
