import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { SqlClient } from "effect/sql"
import { ServiceApi } from "@vendodev/api/VendoApi"
import { Unavailable } from "@vendodev/domain/BrokerError"
import { Draining } from "./Draining.ts"

const ok = { status: "ok" } as const
const no = (detail: string) => Effect.fail(new Unavailable({ detail, retry_after: 1 }))

export const layer = HttpApiBuilder.group(
  ServiceApi,
  "health",
  Effect.fn(function* (handlers) {
    const sql = yield* SqlClient.SqlClient
    const draining = yield* Draining
    return handlers.handleAll({
      live: () => Effect.succeed(ok),
      ready: () =>
        Effect.suspend(() =>
          draining.now()
            ? no("the server is draining")
            : sql`SELECT 1`.pipe(
                Effect.timeout("2 seconds"),
                Effect.as(ok),
                Effect.catch(() => no("the database can not be reached"))
              )
        )
    })
  })
)
