import { Effect } from "effect"
import { Argument, Command } from "effect/cli"
import type { Connection } from "@vendodev/domain/Connection"
import type { Deployment } from "@vendodev/domain/Deployment"
import { answer } from "./answer.ts"
import { confirmed, yesFlag } from "./confirming.ts"
import { Tenant } from "./flags.ts"
import { restart, start, statusOf, stop } from "./lifecycle.ts"
import { Deployments, Management } from "./Management.ts"
import * as resolve from "./resolve.ts"
import { facts, instant, table } from "./table.ts"

const deploymentArgument = Argument.String("deployment").pipe(
  Argument.withDescription("A deployment, by slug or id; one that is destroyed by its id")
)

const toolOf = ({ manifest, tool }: Deployment) =>
  tool === null ? `${manifest.name}, a manifest of its own` : `${tool.slug}@${tool.version}`

const runOf = ({ run }: Deployment) => (run === null ? "none" : `${run.state}, ${run.health}`)

const rows = (deployments: ReadonlyArray<Deployment>) =>
  table(
    ["deployment", "tool", "kind", "status", "run", "created", "id"],
    deployments.map((deployment) => [
      deployment.slug,
      deployment.tool === null ? deployment.manifest.name : toolOf(deployment),
      deployment.kind,
      deployment.status,
      deployment.run?.state ?? "-",
      instant(deployment.created_at),
      deployment.id
    ])
  )

/** What a deployment is, and what is bound to it, by the names people gave. */
export const described = (deployment: Deployment, connections: ReadonlyArray<Connection>): string => {
  const names = new Map(connections.map((connection) => [connection.id, resolve.connectionName(connection)]))
  const bound = deployment.bindings.map(({ connection_id, slug }) => [
    slug,
    names.get(connection_id) ?? "-",
    connection_id
  ])
  return [
    facts([
      ["deployment", deployment.slug],
      ["name", deployment.name],
      ["tool", toolOf(deployment)],
      ["kind", deployment.kind],
      ["status", statusOf(deployment)],
      ["run", runOf(deployment)],
      ["created", instant(deployment.created_at)],
      ["id", deployment.id]
    ]),
    ...(bound.length === 0 ? [] : [table(["integration", "connection", "connection id"], bound)])
  ].join("\n\n")
}

const list = Command.make(
  "list",
  {},
  Effect.fn("deployment.list")(function* () {
    const { listDeployments } = yield* Deployments
    const tenant = yield* resolve.tenant
    const [{ deployments }, response] = yield* listDeployments({
      params: { tenant: tenant.id },
      responseMode: "decoded-and-response"
    })
    const none = "No deployments yet. Install one: vendo install vendo.yaml"
    yield* answer(response, Effect.succeed(deployments.length === 0 ? none : rows(deployments)))
  })
).pipe(
  Command.withDescription("List the deployments of a tenant, without those that are destroyed"),
  Command.withExamples([{ command: "vendo deployment list" }, { command: "vendo deployment list --json" }]),
  Command.provide(Deployments.layer),
  Command.provide(Management.layer)
)

const show = Command.make(
  "show",
  { deployment: deploymentArgument },
  Effect.fn("deployment.show")(function* ({ deployment: name }) {
    const { getDeployment } = yield* Deployments
    const { listConnections } = yield* Management
    const { id: tenant } = yield* resolve.tenant
    const { id } = yield* resolve.deployment(tenant, name)
    const [deployment, response] = yield* getDeployment({
      params: { tenant, deployment: id },
      responseMode: "decoded-and-response"
    })
    yield* answer(
      response,
      Effect.map(listConnections({ params: { tenant }, query: {} }), ({ connections }) =>
        described(deployment, connections)
      )
    )
  })
).pipe(
  Command.withDescription("Show a deployment and what is bound to it"),
  Command.withExamples([{ command: "vendo deployment show echo-bot" }]),
  Command.provide(Deployments.layer),
  Command.provide(Management.layer)
)

const history = Command.make(
  "history",
  { deployment: deploymentArgument },
  Effect.fn("deployment.history")(function* ({ deployment: name }) {
    const { deploymentHistory } = yield* Deployments
    const { id: tenant } = yield* resolve.tenant
    const { id } = yield* resolve.deployment(tenant, name)
    const [{ steps }, response] = yield* deploymentHistory({
      params: { tenant, deployment: id },
      responseMode: "decoded-and-response"
    })
    yield* answer(
      response,
      Effect.succeed(
        table(
          ["at", "from", "to", "reason"],
          steps.map(({ at, from, reason, to }) => [instant(at), from ?? "-", to, reason])
        )
      )
    )
  })
).pipe(
  Command.withDescription("Show the steps a deployment took, and why"),
  Command.withExamples([{ command: "vendo deployment history echo-bot" }]),
  Command.provide(Deployments.layer),
  Command.provide(Management.layer)
)

const destroy = Command.make(
  "destroy",
  { deployment: deploymentArgument, yes: yesFlag },
  Effect.fn("deployment.destroy")(function* ({ deployment: name, yes }) {
    const { destroyDeployment } = yield* Deployments
    const { listConnections } = yield* Management
    const { id: tenant } = yield* resolve.tenant
    const found = yield* resolve.deployment(tenant, name)
    const { id, slug } = found
    if (!yes) {
      const { connections } = yield* listConnections({ params: { tenant }, query: {} })
      yield* confirmed({
        doing: `destroying ${slug}`,
        hits: described(found, connections),
        question: `Unbind ${slug}, erase its variables and end its keys, for good?`,
        left: "Nothing was destroyed.",
        fix: `look at it with \`vendo deployment show ${slug}\`, and say --yes`
      })
    }
    const [deployment, response] = yield* destroyDeployment({
      params: { tenant, deployment: id },
      responseMode: "decoded-and-response"
    })
    yield* answer(response, Effect.succeed(rows([deployment])))
  })
).pipe(
  Command.withShortDescription("Be done with a deployment, for good: shows what it is, and asks"),
  Command.withDescription(
    "Unbind a deployment, erase its variables and end its keys, for good; its connections stay, and so does its slug.\n" +
      "Shows what it is, and asks."
  ),
  Command.withExamples([
    { command: "vendo deployment destroy echo-bot" },
    { command: "vendo deployment destroy echo-bot --yes", description: "For scripts: without asking" }
  ]),
  Command.provide(Deployments.layer),
  Command.provide(Management.layer)
)

export const deployment = Command.make("deployment").pipe(
  Command.withDescription(
    "Deployments are installed tools: what they are bound to, how they stand, what they went through"
  ),
  Command.withExamples([
    { command: "vendo install vendo.yaml", description: "Make one" },
    { command: "vendo deployment list" },
    { command: "vendo deployment history echo-bot" }
  ]),
  Command.withSubcommands([{ group: "Commands", commands: [list, show, history, start, stop, restart, destroy] }]),
  Command.withGlobalFlags([Tenant])
)
