/** What a run says of itself, and what it is to do. The database decides both in the statement that judges the key. */
import { Context, Effect, Layer, Option, type Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { type BrokerError, ValidationFailed } from "@vendodev/domain/BrokerError"
import type { RunId, RunReport, Wanted } from "@vendodev/domain/Deployment"
import type { AppId } from "@vendodev/domain/Ids"
import { RequestId } from "@vendodev/domain/RequestId"
import { CallingApp, type KeyDecision, ofApp } from "../access/CallingApp.ts"
import { noDeployment } from "./Environment.ts"
import { type About, type Told, wantedOf } from "./wanted.ts"

interface Row {
  readonly decision: KeyDecision
  readonly app_id: AppId | null
  /** Null for an app that is no deployment. */
  readonly told: Told | null
  readonly env_wanted: number
  readonly restart: number
  readonly about: About | null
}

export class Runs extends Context.Service<
  Runs,
  {
    /**
     * Records the run and answers what is wanted of it. A run nobody heard of
     * takes over, and the one before is told to stop. Repeating a report changes
     * nothing but the time it was made.
     */
    readonly report: (
      key: Option.Option<Redacted.Redacted>,
      run: RunId,
      report: RunReport
    ) => Effect.Effect<Wanted, BrokerError>
  }
>()("@vendodev/broker/Runs") {
  static readonly layer = Layer.effect(
    Runs,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const callers = yield* CallingApp

      return Runs.of({
        report: Effect.fn("Runs.report")(function* (key, run, { env_version, exit_code, health, restart, state }) {
          if ((state === "exited") !== (exit_code !== null)) {
            const detail = "exit_code is of a run that exited, and of no other"
            return yield* new ValidationFailed({ field: "exit_code", detail })
          }
          const request = yield* RequestId
          const row = yield* Effect.flatMap(
            callers.ask(
              { key, userJwt: Option.none() },
              ({ keyHash }) =>
                sql<Row>`SELECT * FROM gate.report_run(${keyHash}, ${run}, ${state}, ${env_version}::bigint,
                ${restart}::bigint, ${health}, ${exit_code}::int, ${request})`
            ),
            ofApp
          )
          if (row.told === null) return yield* noDeployment
          return wantedOf(row.told, row.about, { env_version: row.env_wanted, restart: row.restart })
        })
      })
    })
  )
}
