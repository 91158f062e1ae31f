import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { type App, AppKind } from "@vendodev/domain/App"
import { answer } from "./answer.ts"
import { dollarsOf } from "./dollars.ts"
import { appArgument, capFlag, nameFlag, nameOr, slugArgument, Tenant } from "./flags.ts"
import { Management } from "./Management.ts"
import * as resolve from "./resolve.ts"
import { facts, instant, table } from "./table.ts"

const rows = (apps: ReadonlyArray<App>) =>
  table(
    ["app", "name", "kind", "created", "id"],
    apps.map(({ created_at, id, kind, name, slug }) => [slug, name, kind, instant(created_at), id])
  )

const list = Command.make(
  "list",
  {},
  Effect.fn("app.list")(function* () {
    const { listApps } = yield* Management
    const tenant = yield* resolve.tenant
    const [{ apps }, response] = yield* listApps({
      params: { tenant: tenant.id },
      responseMode: "decoded-and-response"
    })
    yield* answer(
      response,
      Effect.succeed(apps.length === 0 ? "No apps yet. Create one: vendo app create support-bot" : rows(apps))
    )
  })
).pipe(
  Command.withDescription("List the apps of a tenant"),
  Command.withExamples([{ command: "vendo app list" }, { command: "vendo app list --tenant acme --json" }]),
  Command.provide(Management.layer)
)

const create = Command.make(
  "create",
  {
    slug: slugArgument,
    name: nameFlag("the slug if left out"),
    kind: Flag.Literals("kind", AppKind.literals).pipe(
      Flag.withDescription("A sandbox never receives an exclusive credential, such as a bot's (default: production)"),
      Flag.withDefault("production")
    )
  },
  Effect.fn("app.create")(function* ({ kind, name, slug }) {
    const { createApp } = yield* Management
    const tenant = yield* resolve.tenant
    const [app, response] = yield* createApp({
      params: { tenant: tenant.id },
      payload: { slug, name: nameOr(name, slug), kind },
      responseMode: "decoded-and-response"
    })
    yield* answer(response, Effect.succeed(rows([app])))
  })
).pipe(
  Command.withDescription("Create an app; repeating it answers the same app"),
  Command.withExamples([
    { command: "vendo app create support-bot" },
    { command: "vendo app create support-bot-dev --kind sandbox --tenant acme" }
  ]),
  Command.provide(Management.layer)
)

const capText = (micros: number | null) => (micros === null ? "no cap" : `${dollarsOf(micros)} USD`)

const caps = Command.make(
  "caps",
  { name: appArgument, daily_micros: capFlag("daily"), monthly_micros: capFlag("monthly") },
  Effect.fn("app.caps")(function* ({ daily_micros, monthly_micros, name }) {
    const { setSpendCaps } = yield* Management
    const tenant = yield* resolve.tenant
    const app = yield* resolve.app(tenant.id, name)
    const [set, response] = yield* setSpendCaps({
      params: { tenant: tenant.id, app: app.id },
      payload: { daily_micros, monthly_micros },
      responseMode: "decoded-and-response"
    })
    yield* answer(
      response,
      Effect.succeed(
        facts([
          ["app", app.slug],
          ["daily", capText(set.daily_micros)],
          ["monthly", capText(set.monthly_micros)]
        ])
      )
    )
  })
).pipe(
  Command.withDescription("Set the most an app may spend in a day and in a month, replacing what was set"),
  Command.withExamples([
    { command: "vendo app caps support-bot --daily 5.00 --monthly 50.00" },
    { command: "vendo app caps support-bot --daily none --monthly 50" }
  ]),
  Command.provide(Management.layer)
)

export const app = Command.make("app").pipe(
  Command.withDescription("Apps hold keys, and bindings to what they may use"),
  Command.withExamples([{ command: "vendo app create support-bot" }, { command: "vendo app list" }]),
  Command.withSubcommands([{ group: "Commands", commands: [list, create, caps] }]),
  Command.withGlobalFlags([Tenant])
)
