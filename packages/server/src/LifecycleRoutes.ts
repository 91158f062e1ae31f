import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { AdminToken } from "@vendodev/api/AdminAuth"
import { ServiceApi } from "@vendodev/api/VendoApi"
import { Tenancy } from "@vendodev/broker/database/Tenancy"
import { HandOvers } from "@vendodev/broker/install/HandOvers"
import { Launcher } from "@vendodev/broker/install/Launcher"
import { makeLaunches } from "@vendodev/broker/install/launches"
import { Lifecycle } from "@vendodev/broker/install/Lifecycle"
import { Variables } from "@vendodev/broker/install/Variables"
import type { AppId, TenantId } from "@vendodev/domain/Ids"

export const layer = HttpApiBuilder.group(
  ServiceApi,
  "lifecycle",
  Effect.fn(function* (handlers) {
    const tenancy = yield* Tenancy
    const lifecycle = yield* Lifecycle
    const variables = yield* Variables
    const handOvers = yield* HandOvers
    const launches = yield* makeLaunches
    const launcher = yield* Launcher

    const within = <A, E, R>(tenant: TenantId, work: Effect.Effect<A, E, R>) =>
      Effect.flatMap(AdminToken, (token) => tenancy.asAdmin(token, tenant)(work))

    const listed = (deployment: AppId, reveal: boolean) =>
      Effect.map(variables.list(deployment, { reveal }), (variables) => ({ variables }))

    return handlers.handleAll({
      listVariables: ({ params, query }) =>
        within(params.tenant, listed(params.deployment, query.reveal !== undefined)),
      changeVariables: ({ params, payload }) =>
        within(
          params.tenant,
          Effect.andThen(variables.change(params.deployment, payload.variables), listed(params.deployment, false))
        ),
      restartDeployment: ({ params }) => within(params.tenant, lifecycle.restart(params.deployment)),
      stopDeployment: ({ params: { deployment: id, tenant } }) =>
        Effect.tap(within(tenant, lifecycle.stop(id)), (deployment) => launcher.remove({ tenant, deployment })),
      startDeployment: ({ params: { deployment: id, tenant } }) =>
        Effect.gen(function* () {
          const deployment = yield* within(tenant, lifecycle.start(id))
          return { deployment, launch: yield* launches.again({ token: yield* AdminToken, tenant }, id) }
        }),

      moveBinding: ({ params, payload }) => within(params.tenant, handOvers.move(params.slug, payload)),
      getHandOver: ({ params }) => within(params.tenant, handOvers.get(params.handOver)),
      cancelHandOver: ({ params }) => within(params.tenant, handOvers.cancel(params.handOver))
    })
  })
)
