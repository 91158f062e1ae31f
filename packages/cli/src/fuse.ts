import { Effect } from "effect"
import { Command } from "effect/cli"
import type { Fuse } from "@vendodev/domain/Fuse"
import { answer } from "./answer.ts"
import { integrationArgument } from "./flags.ts"
import { Management } from "./Management.ts"
import { instant, table } from "./table.ts"

const rows = (fuses: ReadonlyArray<Fuse>) =>
  table(
    ["integration", "blown", "released until", "held back"],
    fuses.map(({ blown_at, held, released_until, slug }) => [
      slug,
      instant(blown_at),
      instant(blown_at === null ? released_until : null),
      String(held)
    ])
  )

const meaning = `A fuse blows when too many connections of one integration would need their users within five minutes:
more likely an outage than as many people changing their minds. From then on connections that would need their users
fail with upstream_error instead, and are tried again.`

const list = Command.make(
  "list",
  {},
  Effect.fn("fuse.list")(function* () {
    const { listFuses } = yield* Management
    const [{ fuses }, response] = yield* listFuses({ responseMode: "decoded-and-response" })
    yield* answer(response, Effect.succeed(fuses.length === 0 ? "No fuse is blown." : rows(fuses)))
  })
).pipe(
  Command.withShortDescription("List the fuses that are blown, or were released within the hour"),
  Command.withDescription(`List the fuses that are blown, or were released within the hour.\n\n${meaning}`),
  Command.withExamples([{ command: "vendo fuse list" }]),
  Command.provide(Management.layer)
)

const release = Command.make(
  "release",
  { slug: integrationArgument },
  Effect.fn("fuse.release")(function* ({ slug }) {
    const { releaseFuse } = yield* Management
    const [fuse, response] = yield* releaseFuse({ params: { slug }, responseMode: "decoded-and-response" })
    yield* answer(response, Effect.succeed(rows([fuse])))
  })
).pipe(
  Command.withShortDescription("Let the connections a blown fuse holds back need their users, for one hour"),
  Command.withDescription(
    `Let the connections a blown fuse holds back need their users, for one hour.\n\n${meaning}\n\n` +
      "Release it when the provider really ended them. For an hour each of them may then be said to need its user; an\n" +
      "outage released by mistake sends everybody to authorise again."
  ),
  Command.withExamples([{ command: "vendo fuse release google" }]),
  Command.provide(Management.layer)
)

export const fuse = Command.make("fuse").pipe(
  Command.withDescription("Fuses keep an outage from sending everybody to authorise again"),
  Command.withExamples([{ command: "vendo fuse list" }, { command: "vendo fuse release google" }]),
  Command.withSubcommands([{ group: "Commands", commands: [list, release] }])
)
