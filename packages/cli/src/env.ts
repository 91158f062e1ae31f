/** The variables a deployment is started with: all of them shown, the tenant's own edited. */
import { Console, Effect, Layer, Option, Redacted } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import type { Variable } from "@vendodev/domain/Deployment"
import { answer, printJson } from "./answer.ts"
import { Failure } from "./Failure.ts"
import { fromEnvFlag, Json, Tenant } from "./flags.ts"
import { Deployments, Lifecycle, Management } from "./Management.ts"
import * as resolve from "./resolve.ts"
import { readSecret } from "./secret.ts"
import { shown } from "./shown.ts"
import { tableOf } from "./table.ts"

const deploymentFlag = Flag.String("deployment").pipe(
  Flag.withAlias("app"),
  Flag.withMetavar("<slug|id>"),
  Flag.withDescription("Whose variables")
)

const nameArgument = Argument.String("name").pipe(Argument.withDescription("The variable, such as GREETING"))

const rows = (variables: ReadonlyArray<Variable>) =>
  tableOf(variables, [
    { title: "variable", of: ({ name }) => name },
    { title: "value", of: ({ value }) => Redacted.value(value) },
    { title: "from", of: ({ integration, kind }) => integration ?? (kind === "user" ? "you" : "vendo") }
  ])

const services = Layer.mergeAll(Lifecycle.layer, Deployments.layer, Management.layer)

const toApply = (deployment: string) => Console.error(`Restart to apply it: vendo deployment restart ${deployment}`)

const list = Command.make(
  "list",
  {
    deployment: deploymentFlag,
    reveal: Flag.Boolean("reveal").pipe(
      Flag.withDescription("Show the values of secrets, too; it is recorded who did"),
      Flag.withoutNegation,
      Flag.withDefault(false)
    )
  },
  Effect.fn("env.list")(function* ({ deployment: name, reveal }) {
    const { listVariables } = yield* Lifecycle
    const [{ variables }, response] = yield* listVariables({
      params: yield* resolve.deploymentPlace(name),
      query: reveal ? { reveal: "1" } : {},
      responseMode: "decoded-and-response"
    })
    yield* answer(response, Effect.succeed(rows(variables)))
  })
).pipe(
  Command.withDescription("List what a deployment is started with, secrets masked"),
  Command.withExamples([
    { command: "vendo env list --deployment echo-bot" },
    { command: "vendo env list --deployment echo-bot --reveal", description: "Values and all" }
  ]),
  Command.provide(services)
)

const none = (deployment: string, name: string) =>
  new Failure({
    code: "name_unknown",
    detail: `this deployment is started with no variable called ${shown(name)}`,
    fix: `see what there is with \`vendo env list --deployment ${deployment}\``
  })

const reveal = Command.make(
  "reveal",
  { deployment: deploymentFlag, name: nameArgument },
  Effect.fn("env.reveal")(function* ({ deployment, name }) {
    const { listVariables } = yield* Lifecycle
    const { id: tenant } = yield* resolve.tenant
    const { id, slug } = yield* resolve.deployment(tenant, deployment)
    const { variables } = yield* listVariables({ params: { tenant, deployment: id }, query: { reveal: "1" } })
    const found = variables.find((variable) => variable.name === name)
    if (found === undefined) return yield* none(slug, name)
    // As it is, whatever it holds: it is for a pipe.
    const value = Redacted.value(found.value)
    yield* (yield* Json) ? printJson({ name, value }) : Console.log(value)
  })
).pipe(
  Command.withDescription("Print the value of one variable, alone on standard output; it is recorded who did"),
  Command.withExamples([{ command: "vendo env reveal ADMIN_PASSWORD --deployment echo-bot" }]),
  Command.provide(services)
)

const change = Effect.fn("env.change")(function* (
  deployment: string,
  variables: Readonly<Record<string, Redacted.Redacted | null>>
) {
  const { changeVariables } = yield* Lifecycle
  const [{ variables: after }, response] = yield* changeVariables({
    params: yield* resolve.deploymentPlace(deployment),
    payload: { variables },
    responseMode: "decoded-and-response"
  })
  yield* answer(response, Effect.succeed(rows(after)))
  yield* toApply(deployment)
})

const set = Command.make(
  "set",
  {
    deployment: deploymentFlag,
    name: nameArgument,
    value: Flag.String("value").pipe(
      Flag.withMetavar("<text>"),
      Flag.withDescription("Its value, where it is no secret: an argument stays in the history of the shell"),
      Flag.optional
    ),
    fromEnv: fromEnvFlag("Read the value from this environment variable, not from stdin")
  },
  Effect.fn("env.set")(function* ({ deployment, fromEnv, name, value }) {
    const secret = Option.isSome(value)
      ? Redacted.make(value.value)
      : yield* readSecret(fromEnv, `The value of ${name} (hidden):`)
    yield* change(deployment, { [name]: secret })
  })
).pipe(
  Command.withDescription("Set a variable of your own, read from stdin, a hidden prompt or an environment variable"),
  Command.withExamples([
    { command: "vendo env set GREETING --value hello --deployment echo-bot" },
    { command: "pass show bot/password | vendo env set ADMIN_PASSWORD --deployment echo-bot" }
  ]),
  Command.provide(services)
)

const unset = Command.make(
  "unset",
  { deployment: deploymentFlag, names: Argument.atLeast(nameArgument, 1) },
  Effect.fn("env.unset")(function* ({ deployment, names }) {
    yield* change(deployment, Object.fromEntries(names.map((name) => [name, null])))
  })
).pipe(
  Command.withDescription("Take variables of your own away; repeating it changes nothing"),
  Command.withExamples([{ command: "vendo env unset GREETING --deployment echo-bot" }]),
  Command.provide(services)
)

export const env = Command.make("env").pipe(
  Command.withDescription(
    "What a deployment is started with: variables that follow from its connections, and your own"
  ),
  Command.withExamples([
    { command: "vendo env list --deployment echo-bot" },
    { command: "vendo env set GREETING --value hello --deployment echo-bot" }
  ]),
  Command.withSubcommands([{ group: "Commands", commands: [list, set, unset, reveal] }]),
  Command.withGlobalFlags([Tenant])
)
