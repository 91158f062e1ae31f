/** What is wanted of a deployment's run. */
import { Console, Effect, Layer } from "effect"
import { Argument, Command } from "effect/cli"
import type { Deployment } from "@vendodev/domain/Deployment"
import type { AppId, TenantId } from "@vendodev/domain/Ids"
import { answer } from "./answer.ts"
import { atLength } from "./atLength.ts"
import { Deployments, Lifecycle, Management } from "./Management.ts"
import * as resolve from "./resolve.ts"

const deploymentArgument = Argument.String("deployment").pipe(Argument.withDescription("A deployment, by slug or id"))

/** In a few words. */
export const statusOf = ({ restart_required, status }: Deployment): string =>
  restart_required && status !== "restarting" ? `${status}; restart to apply what changed` : status

/** What to run, where that would change anything; nothing for one that is being restarted, or is no deployment. */
export const toApply = Effect.fn("lifecycle.toApply")(function* (tenant: TenantId, apps: ReadonlyArray<AppId>) {
  const { listDeployments } = yield* Deployments
  // What was asked for is done, whatever becomes of this question.
  const deployments = yield* listDeployments({ params: { tenant } }).pipe(
    Effect.map(({ deployments }) => deployments),
    Effect.orElseSucceed((): ReadonlyArray<Deployment> => [])
  )
  for (const { id, restart_required, slug, status } of deployments) {
    if (!apps.includes(id) || !restart_required || status === "restarting") continue
    yield* Console.error(`Restart to apply it: vendo deployment restart ${slug}`)
  }
})

const standing = (deployment: Deployment): string => `${deployment.slug} is ${statusOf(deployment)}`

const services = Layer.mergeAll(Lifecycle.layer, Deployments.layer, Management.layer)

export const restart = Command.make(
  "restart",
  { deployment: deploymentArgument },
  Effect.fn("deployment.restart")(function* ({ deployment: name }) {
    const { restartDeployment } = yield* Lifecycle
    const params = yield* resolve.deploymentPlace(name)
    const [deployment, response] = yield* restartDeployment({ params, responseMode: "decoded-and-response" })
    yield* answer(response, Effect.succeed(standing(deployment)))
  })
).pipe(
  Command.withDescription("Have its command started anew, with the newest variables"),
  Command.withExamples([{ command: "vendo deployment restart echo-bot" }]),
  Command.provide(services)
)

export const stop = Command.make(
  "stop",
  { deployment: deploymentArgument },
  Effect.fn("deployment.stop")(function* ({ deployment: name }) {
    const { stopDeployment } = yield* Lifecycle
    const params = yield* resolve.deploymentPlace(name)
    const [deployment, response] = yield* stopDeployment({ params, responseMode: "decoded-and-response" })
    yield* answer(response, Effect.succeed(standing(deployment)))
  })
).pipe(
  Command.withDescription(
    "Have its run end, and keep others from staying until it is started; repeating it changes nothing"
  ),
  Command.withExamples([{ command: "vendo deployment stop echo-bot" }]),
  Command.provide(services)
)

export const start = Command.make(
  "start",
  { deployment: deploymentArgument },
  Effect.fn("deployment.start")(function* ({ deployment: name }) {
    const { startDeployment } = yield* Lifecycle
    const params = yield* resolve.deploymentPlace(name)
    const [{ deployment, launch }, response] = yield* startDeployment({
      params,
      responseMode: "decoded-and-response"
    }).pipe(
      atLength({
        what: "the service to start it",
        perhaps: "it may be started all the same",
        look: "see with `vendo deployment list`; starting it again does no harm"
      })
    )
    yield* answer(response, Effect.succeed(standing(deployment)))
    if (launch.detail !== null) yield* Console.error(`${launch.launcher}: ${launch.detail}`)
    if (launch.state !== "launched") yield* Console.error(`Start it with its key:\n\n  ${launch.run}`)
  })
).pipe(
  Command.withDescription("Let it run again, and start it where the service starts what it installs"),
  Command.withExamples([{ command: "vendo deployment start echo-bot" }]),
  Command.provide(services)
)
