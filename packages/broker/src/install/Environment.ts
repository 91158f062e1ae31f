/**
 * What a deployment is started with. Its version is of a moment before its
 * credentials are vended: contents that are newer than they say cost a restart
 * that was not needed, and never one that is missed.
 */
import { Context, Effect, Layer, Option, Record, Redacted, Result, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { AppKind } from "@vendodev/domain/App"
import { type BrokerError, NotFound } from "@vendodev/domain/BrokerError"
import type { Environment as DeploymentEnvironment } from "@vendodev/domain/Deployment"
import { AppId, DisplayName, Slug, type TenantId } from "@vendodev/domain/Ids"
import { Manifest } from "@vendodev/domain/Manifest"
import { RequestId } from "@vendodev/domain/RequestId"
import { CallingApp, type KeyDecision, ofApp } from "../access/CallingApp.ts"
import { boundCredentials } from "../vend/boundCredentials.ts"
import { Bound } from "../vend/boundEntry.ts"
import { CredentialResolver } from "../vend/CredentialResolver.ts"
import { ProxyAddress } from "../vend/ProxyAddress.ts"
import { byName, type Derived, fromConnections, fromItself, isGiven, isVended } from "./derivation.ts"
import { ServiceAddress } from "./ServiceAddress.ts"
import { makeUserVariables, type SealedVariables } from "./userVariables.ts"
import type { UserVariables } from "./variableRules.ts"

interface Row extends SealedVariables {
  readonly decision: KeyDecision
  readonly tenant_id: TenantId
  readonly app_id: AppId | null
  readonly deployment: unknown
  readonly env_wanted: number
  readonly restart: number
  readonly bound: unknown
}

const decode = Schema.decodeUnknownEffect(
  Schema.Struct({
    deployment: Schema.Struct({
      id: AppId,
      slug: Slug,
      name: DisplayName,
      kind: AppKind,
      health: Manifest.fields.health
    }),
    bound: Schema.Array(Bound)
  })
)

export const noDeployment = new NotFound({ detail: "this app is no deployment; install a tool to have one" })

/** As they are listed, so that all of a deployment's variables are put together in one way. */
export const fromTenant = (variables: UserVariables): ReadonlyArray<Derived> =>
  Object.entries(variables).map(([name, value]) => ({ name, kind: "user", integration: null, secret: true, value }))

export class Environment extends Context.Service<
  Environment,
  {
    /** Each credential in it is vended, and recorded as that. Fails with `not_found` for an app that is no deployment. */
    readonly of: (key: Option.Option<Redacted.Redacted>) => Effect.Effect<DeploymentEnvironment, BrokerError>
  }
>()("@vendodev/broker/Environment") {
  static readonly layer = Layer.effect(
    Environment,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const callers = yield* CallingApp
      const resolver = yield* CredentialResolver
      const own = yield* makeUserVariables
      const proxyOf = yield* ProxyAddress
      const address = yield* ServiceAddress

      return Environment.of({
        of: Effect.fn("Environment.of")(function* (key) {
          const presented = { key, userJwt: Option.none() }
          const request = yield* RequestId
          const row = yield* Effect.flatMap(
            callers.ask(
              presented,
              ({ keyHash }) => sql<Row>`SELECT * FROM gate.environment(${keyHash}, ${request})`.withoutTransform
            ),
            ofApp
          )
          if (row.deployment === null) return yield* noDeployment
          const { bound, deployment } = yield* Effect.orDie(decode(row))
          const { health, ...identity } = deployment
          const variables = yield* own.open({ tenant: row.tenant_id, app: identity.id }, row)
          const wanted = bound.filter((source) => isVended(source) && isGiven(identity.kind)(source))
          const vended = yield* boundCredentials(resolver, presented, wanted)
          const credentials = new Map(
            [...vended].flatMap(([slug, one]) => (Result.isSuccess(one) ? [[slug, one.success.token]] : []))
          )
          const callersKey = Option.getOrElse(key, () => Redacted.make(""))
          const given = { kind: identity.kind, credentials, key: callersKey, proxyOf }
          const all = byName(
            fromTenant(variables),
            fromConnections(bound, given),
            fromItself({ ...identity, tenant: row.tenant_id }, address)
          )
          return {
            env_version: row.env_wanted,
            restart: row.restart,
            deployment: identity,
            health,
            variables: Record.fromIterableWith(all, ({ name, value }) => [name, value])
          }
        })
      })
    })
  )
}
