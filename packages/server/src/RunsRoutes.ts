import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { ServiceApi } from "@vendodev/api/VendoApi"
import { Environment } from "@vendodev/broker/install/Environment"
import { Runs } from "@vendodev/broker/install/Runs"
import { presentedKey } from "./presenting.ts"

/** Secrets stay in their wrappers up to the answer that is encoded. */
export const layer = HttpApiBuilder.group(
  ServiceApi,
  "runs",
  Effect.fn(function* (handlers) {
    const environment = yield* Environment
    const runs = yield* Runs
    return handlers.handleAll({
      environment: () => Effect.flatMap(presentedKey, environment.of),
      report: ({ params, payload }) => Effect.flatMap(presentedKey, (key) => runs.report(key, params.run, payload))
    })
  })
)
