import { Effect } from "effect"
import { Command } from "effect/cli"
import type { Tenant } from "@vendodev/domain/Tenant"
import { answer } from "./answer.ts"
import { nameFlag, nameOr, slugArgument } from "./flags.ts"
import { Management } from "./Management.ts"
import { instant, table } from "./table.ts"

const rows = (tenants: ReadonlyArray<Tenant>) =>
  table(
    ["tenant", "name", "status", "created", "id"],
    tenants.map(({ created_at, id, name, slug, status }) => [slug, name, status, instant(created_at), id])
  )

const list = Command.make(
  "list",
  {},
  Effect.fn("tenant.list")(function* () {
    const { listTenants } = yield* Management
    const [{ tenants }, response] = yield* listTenants({ responseMode: "decoded-and-response" })
    yield* answer(
      response,
      Effect.succeed(tenants.length === 0 ? "No tenants yet. Create one: vendo tenant create acme" : rows(tenants))
    )
  })
).pipe(
  Command.withDescription("List all tenants"),
  Command.withExamples([
    { command: "vendo tenant list" },
    { command: "vendo tenant list --json | jq -r '.tenants[].slug'", description: "Only the slugs" }
  ]),
  Command.provide(Management.layer)
)

const create = Command.make(
  "create",
  { slug: slugArgument, name: nameFlag("the slug if left out") },
  Effect.fn("tenant.create")(function* ({ name, slug }) {
    const { createTenant } = yield* Management
    const [tenant, response] = yield* createTenant({
      payload: { slug, name: nameOr(name, slug) },
      responseMode: "decoded-and-response"
    })
    yield* answer(response, Effect.succeed(rows([tenant])))
  })
).pipe(
  Command.withDescription("Create a tenant; repeating it answers the same tenant"),
  Command.withExamples([{ command: 'vendo tenant create acme --name "Acme Inc."' }]),
  Command.provide(Management.layer)
)

export const tenant = Command.make("tenant").pipe(
  Command.withDescription("Tenants own apps, connections and keys; nothing crosses tenants"),
  Command.withExamples([{ command: "vendo tenant create acme" }, { command: "vendo tenant list" }]),
  Command.withSubcommands([{ group: "Commands", commands: [list, create] }])
)
