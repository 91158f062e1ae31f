import { Console, Effect } from "effect"
import { Argument, Command } from "effect/cli"
import * as Catalog from "@vendodev/catalog/Catalog"
import type { Integration } from "@vendodev/catalog/Integration"
import { printJson } from "./answer.ts"
import { Json } from "./flags.ts"
import { pick } from "./names.ts"
import { facts, table } from "./table.ts"

const list = Command.make(
  "list",
  {},
  Effect.fn("integration.list")(function* () {
    if (yield* Json) return yield* printJson({ integrations: Catalog.integrations })
    yield* Console.log(
      table(
        ["integration", "name", "category", "profiles"],
        Catalog.integrations.map(({ category, name, profiles, slug }) => [slug, name, category, profiles.join(", ")])
      )
    )
  })
).pipe(
  Command.withDescription("List what can be connected; needs no server"),
  Command.withExamples([{ command: "vendo integration list" }])
)

const variables = ({ env, profiles }: Integration) =>
  profiles.flatMap((profile) =>
    (env[profile] ?? []).map(({ injected, name }) => [name, profile, injected ? "in the environment" : "asked for"])
  )

const text = (integration: Integration) => {
  const { category, description, docsUrl, exclusive, identity, name, profiles, slug } = integration
  return [
    facts([
      ["integration", slug],
      ["name", name],
      ["what", description],
      ["category", category],
      ["profiles", profiles.join(", ")],
      ["exclusive", exclusive ? "yes: one app at a time may use a credential" : "no"],
      ...(identity === undefined ? [] : [["credential", identity.hint] as const]),
      ["docs", docsUrl]
    ]),
    table(["variable", "profile", "how a tool gets it"], variables(integration)),
    `Connect it: vendo connection create ${slug}`
  ].join("\n\n")
}

const show = Command.make(
  "show",
  { slug: Argument.String("slug").pipe(Argument.withDescription("An integration of `vendo integration list`")) },
  Effect.fn("integration.show")(function* ({ slug }) {
    const integration = yield* pick(
      { noun: "integration", name: slug, list: "vendo integration list", create: "vendo integration list" },
      Catalog.integrations.map((value) => ({ id: value.slug, names: [value.name], label: value.slug, value }))
    )
    yield* (yield* Json) ? printJson(integration) : Console.log(text(integration))
  })
).pipe(
  Command.withDescription("Show how an integration is connected and used; needs no server"),
  Command.withExamples([{ command: "vendo integration show telegram" }])
)

export const integration = Command.make("integration").pipe(
  Command.withDescription("Integrations are the providers this build knows"),
  Command.withExamples([{ command: "vendo integration list" }, { command: "vendo integration show telegram" }]),
  Command.withSubcommands([{ group: "Commands", commands: [list, show] }])
)
