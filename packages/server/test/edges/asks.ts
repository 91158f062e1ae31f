/** Ways to ask for a refusal. */
import { Effect } from "effect"
import type { Case } from "./refusals.ts"
import { Service } from "../fixtures/service.ts"
import { bytes, message, one } from "../fixtures/wire.ts"
import { World } from "./world.ts"

export type Ask = Case["ask"]

export const raw = (text: string): Ask => Effect.flatMap(Service, ({ port }) => one(port, bytes(text)))

export const asking = (ask: (world: World["Service"]) => Ask): Ask => Effect.flatMap(World, ask)

export const bare = (path: string, method = "GET"): Ask =>
  Effect.flatMap(Service, ({ port }) => one(port, message({ path, method })))

export const bearing = (path: string, bearer: (world: World["Service"]) => string): Ask =>
  Effect.flatMap(Service, ({ port }) => asking((world) => one(port, message({ path, bearer: bearer(world) }))))

/** What an app asks on its own behalf. */
export const connections = "/api/deployments/me/connections"
export const posting = (path: string, body: unknown, bearer: (world: World["Service"]) => string): Ask =>
  Effect.flatMap(Service, ({ port }) =>
    asking((world) =>
      one(
        port,
        message({
          method: "POST",
          path,
          bearer: bearer(world),
          body: JSON.stringify(body),
          headers: { "Content-Type": "application/json" }
        })
      )
    )
  )
