import { Effect, Option, Redacted, Schema } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { AdminToken } from "@vendodev/api/AdminAuth"
import { ServiceApi } from "@vendodev/api/VendoApi"
import { Tenancy } from "@vendodev/broker/database/Tenancy"
import type { Examinations } from "@vendodev/broker/install/binding"
import { Deployments } from "@vendodev/broker/install/Deployments"
import { type Attempt, Idempotency } from "@vendodev/broker/install/Idempotency"
import { Launcher } from "@vendodev/broker/install/Launcher"
import { makeLaunches } from "@vendodev/broker/install/launches"
import { Tools } from "@vendodev/broker/install/Tools"
import { ValidationFailed } from "@vendodev/domain/BrokerError"
import type { TenantId } from "@vendodev/domain/Ids"
import { type IdempotencyKey, Installed, NewDeployment } from "@vendodev/domain/Installation"
import type { ToolReference } from "@vendodev/domain/Tool"
import { canonical } from "./canonical.ts"
import { makeCredentialExamination, type Pasted } from "./examineCredentials.ts"
import { readManifest } from "./readManifest.ts"

const route = "POST /api/deployments"

/** How an answer is kept for those who ask again. */
const Kept = Schema.fromJsonString(Installed)

const encode = Schema.encodeEffect(Schema.toCodecJson(NewDeployment))

/** The request by its name, if it has one. */
const attemptOf = Effect.fnUntraced(function* (asked: NewDeployment, key: IdempotencyKey | undefined) {
  if (key === undefined) return Option.none<Attempt>()
  const request = Redacted.make(canonical(yield* Effect.orDie(encode(asked))))
  return Option.some<Attempt>({ route, key, request })
})

const pastedIn = ({ choices }: NewDeployment): ReadonlyArray<Pasted> =>
  Object.entries(choices).flatMap(([slug, choice]) =>
    "credential" in choice ? [{ slug, credential: choice.credential }] : []
  )

const nothingFound: Examinations = new Map()

type Source = { readonly manifest: string } | { readonly tool: ToolReference }

/** What says what is installed: one of the two. */
const sourceIn = ({ manifest, tool }: NewDeployment): Effect.Effect<Source, ValidationFailed> => {
  if (manifest !== undefined && tool === undefined) return Effect.succeed({ manifest })
  if (tool !== undefined && manifest === undefined) return Effect.succeed({ tool })
  const detail = "manifest: send either the text of one or the name of a tool, and not both"
  return Effect.fail(new ValidationFailed({ field: "manifest", detail }))
}

export const layer = HttpApiBuilder.group(
  ServiceApi,
  "deployments",
  Effect.fn(function* (handlers) {
    const tenancy = yield* Tenancy
    const deployments = yield* Deployments
    const idempotency = yield* Idempotency
    const tools = yield* Tools
    const launcher = yield* Launcher
    const launches = yield* makeLaunches
    const examined = yield* makeCredentialExamination

    /** Everything happens inside a tenant, on the word of the caller's token. */
    const within = <A, E, R>(tenant: TenantId, work: Effect.Effect<A, E, R>) =>
      Effect.flatMap(AdminToken, (token) => tenancy.asAdmin(token, tenant)(work))

    /** What is to be installed: read, or found in the store. */
    const read = Effect.fnUntraced(function* (source: Source) {
      if ("manifest" in source) {
        return { source: source.manifest, manifest: yield* readManifest(source.manifest), tool: null }
      }
      const { manifest, slug, source: text, version } = yield* tools.find(source.tool)
      return { source: text, manifest, tool: { slug, version } }
    })

    const installed = Effect.fnUntraced(function* (source: Source, asked: NewDeployment, found: Examinations) {
      const { choices, kind = "production", launch = {}, name, slug, variables = {} } = asked
      return yield* deployments.install({
        ...(yield* read(source)),
        slug: Option.fromUndefinedOr(slug),
        name: Option.fromUndefinedOr(name),
        kind,
        choices: new Map(Object.entries(choices)),
        found,
        variables,
        launch
      })
    })

    /** Of a request that was answered before nothing is examined, nor of a caller who is not let in. */
    const before = Effect.fnUntraced(function* (asked: NewDeployment, attempt: Option.Option<Attempt>) {
      const { verify = "none" } = asked
      const pasted = verify === "none" ? [] : pastedIn(asked)
      if (pasted.length === 0) return { kept: Option.none<Installed>(), found: nothingFound }
      const recalled = Option.match(attempt, {
        onNone: () => Effect.succeed(Option.none<Installed>()),
        onSome: (attempt) => idempotency.recall(attempt, Kept)
      })
      const kept = yield* within(asked.tenant_id, recalled)
      const unverified = verify === "try"
      return { kept, found: Option.isSome(kept) ? nothingFound : yield* examined(pasted, { unverified }) }
    })

    const install = Effect.fnUntraced(function* (asked: NewDeployment, key: IdempotencyKey | undefined) {
      const source = yield* sourceIn(asked)
      const attempt = yield* attemptOf(asked, key)
      const { found, kept } = yield* before(asked, attempt)
      if (Option.isSome(kept)) return kept.value
      return yield* within(asked.tenant_id, idempotency.once(attempt, Kept, installed(source, asked, found)))
    })

    return handlers.handleAll({
      installDeployment: ({ headers, payload }) =>
        Effect.gen(function* () {
          const installed = yield* install(payload, headers["idempotency-key"])
          const asked = { token: yield* AdminToken, tenant: payload.tenant_id }
          return { ...installed, launch: yield* launches.first(asked, payload.launch ?? {}, installed) }
        }),
      listDeployments: ({ params }) =>
        Effect.map(within(params.tenant, deployments.list), (deployments) => ({ deployments })),
      getDeployment: ({ params }) => within(params.tenant, deployments.get(params.deployment)),
      deploymentHistory: ({ params }) =>
        Effect.map(within(params.tenant, deployments.history(params.deployment)), (steps) => ({ steps })),
      destroyDeployment: ({ params }) =>
        within(params.tenant, deployments.destroy(params.deployment)).pipe(
          Effect.retry({ while: ({ _tag }) => _tag === "BoundMeanwhile", times: 10 }),
          Effect.catchTag("BoundMeanwhile", Effect.die),
          Effect.tap((deployment) => launcher.remove({ tenant: params.tenant, deployment }))
        )
    })
  })
)
