import { Effect } from "effect"
import { Command } from "effect/cli"
import type { Pool } from "@vendodev/domain/Pool"
import { answer } from "./answer.ts"
import { fromEnvFlag, integrationArgument } from "./flags.ts"
import { Management } from "./Management.ts"
import { readSecret } from "./secret.ts"
import { instant, tableOf } from "./table.ts"

const rows = (pools: ReadonlyArray<Pool>) =>
  tableOf(pools, [
    { title: "integration", of: ({ slug }) => slug },
    { title: "key", of: ({ hint }) => `…${hint}` },
    { title: "set", of: ({ updated_at }) => instant(updated_at) },
    { title: "created", of: ({ created_at }) => instant(created_at) }
  ])

const list = Command.make(
  "list",
  {},
  Effect.fn("pool.list")(function* () {
    const { listPools } = yield* Management
    const [{ pools }, response] = yield* listPools({ responseMode: "decoded-and-response" })
    yield* answer(
      response,
      Effect.succeed(pools.length === 0 ? "No pools yet. Set one: vendo pool set openai" : rows(pools))
    )
  })
).pipe(
  Command.withDescription("List the pools of the installation, by the last four characters of their keys"),
  Command.withExamples([{ command: "vendo pool list" }]),
  Command.provide(Management.layer)
)

const set = Command.make(
  "set",
  {
    slug: integrationArgument,
    fromEnv: fromEnvFlag("Read the key from this environment variable, not from stdin")
  },
  Effect.fn("pool.set")(function* ({ fromEnv, slug }) {
    const { setPool } = yield* Management
    const credential = yield* readSecret(fromEnv, `The ${slug} key of this installation (hidden):`)
    const [pool, response] = yield* setPool({
      params: { slug },
      payload: { credential },
      responseMode: "decoded-and-response"
    })
    yield* answer(response, Effect.succeed(rows([pool])))
  })
).pipe(
  Command.withDescription(
    "Set the key tenants draw on, read from stdin, a hidden prompt or an environment variable, in place of the one before"
  ),
  Command.withExamples([
    { command: "vendo pool set openai", description: "Asks for the key without showing it" },
    { command: "vendo pool set openai --from-env OPENAI_API_KEY" }
  ]),
  Command.provide(Management.layer)
)

const remove = Command.make(
  "remove",
  { slug: integrationArgument },
  Effect.fn("pool.remove")(function* ({ slug }) {
    const { removePool } = yield* Management
    const [, response] = yield* removePool({ params: { slug }, responseMode: "decoded-and-response" })
    yield* answer(response, Effect.succeed(`There is no pool of ${slug}`))
  })
).pipe(
  Command.withDescription("Take the pool of an integration away; repeating it changes nothing"),
  Command.withExamples([{ command: "vendo pool remove openai" }]),
  Command.provide(Management.layer)
)

export const pool = Command.make("pool").pipe(
  Command.withDescription("Pools are keys of the installation's own that its tenants draw on"),
  Command.withExamples([{ command: "vendo pool set openai" }, { command: "vendo pool list" }]),
  Command.withSubcommands([{ group: "Commands", commands: [list, set, remove] }])
)
