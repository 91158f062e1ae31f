import { Effect, Option } from "effect"
import { Argument, Command } from "effect/cli"
import type { PublishedTool, Tool } from "@vendodev/domain/Tool"
import { answer } from "./answer.ts"
import { Failure } from "./Failure.ts"
import { Tools } from "./Management.ts"
import { fileArgument, readFile, referenceOf } from "./manifestSource.ts"
import { shown } from "./shown.ts"
import { instant, table } from "./table.ts"

const rows = (tools: ReadonlyArray<Tool>) =>
  table(
    ["tool", "version", "integrations", "published"],
    tools.map(({ created_at, manifest: { integrations }, slug, version }) => [
      slug,
      String(version),
      integrations.join(", ") || "-",
      instant(created_at)
    ])
  )

const text = (tool: PublishedTool) => `${rows([tool])}\n\n${tool.source.trimEnd()}`

const list = Command.make(
  "list",
  {},
  Effect.fn("tool.list")(function* () {
    const { listTools } = yield* Tools
    const [{ tools }, response] = yield* listTools({ responseMode: "decoded-and-response" })
    const none = "No tools yet. Publish one: vendo tool publish vendo.yaml"
    yield* answer(response, Effect.succeed(tools.length === 0 ? none : rows(tools)))
  })
).pipe(
  Command.withDescription("List the tools of the store, each in its newest version"),
  Command.withExamples([{ command: "vendo tool list" }, { command: "vendo tool list --json" }]),
  Command.provide(Tools.layer)
)

const publish = Command.make(
  "publish",
  { file: fileArgument },
  Effect.fn("tool.publish")(function* ({ file }) {
    const { publishTool } = yield* Tools
    const { text: manifest } = yield* readFile(file)
    const [tool, response] = yield* publishTool({ payload: { manifest }, responseMode: "decoded-and-response" })
    yield* answer(response, Effect.succeed(rows([tool])))
  })
).pipe(
  Command.withDescription("Publish a manifest under its name; the same text again is the version it was"),
  Command.withExamples([{ command: "vendo tool publish" }, { command: "vendo tool publish tools/echo/vendo.yaml" }]),
  Command.provide(Tools.layer)
)

const show = Command.make(
  "show",
  {
    tool: Argument.String("tool").pipe(Argument.withDescription("A tool, or one version of it: echo-bot, echo-bot@2"))
  },
  Effect.fn("tool.show")(function* ({ tool: name }) {
    const { getTool, getToolVersion } = yield* Tools
    const reference = referenceOf(name)
    if (Option.isNone(reference)) {
      return yield* new Failure({
        code: "usage",
        detail: `${shown(name)} is no name of a tool`,
        fix: "write it like echo-bot or echo-bot@2, as `vendo tool list` does"
      })
    }
    const { slug, version } = reference.value
    const responseMode = "decoded-and-response" as const
    const [tool, response] =
      version === undefined
        ? yield* getTool({ params: { tool: slug }, responseMode })
        : yield* getToolVersion({ params: { tool: slug, version }, responseMode })
    yield* answer(response, Effect.succeed(text(tool)))
  })
).pipe(
  Command.withDescription("Show a tool and its manifest, in its newest version or the one that is named"),
  Command.withExamples([{ command: "vendo tool show echo-bot" }, { command: "vendo tool show echo-bot@2" }]),
  Command.provide(Tools.layer)
)

export const tool = Command.make("tool").pipe(
  Command.withDescription("Tools are manifests that everybody on this installation can install"),
  Command.withExamples([{ command: "vendo tool publish vendo.yaml" }, { command: "vendo tool list" }]),
  Command.withSubcommands([{ group: "Commands", commands: [list, publish, show] }])
)
