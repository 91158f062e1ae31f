/** From what a person wrote to the thing itself, by asking the service what there is. */
import { Effect, Option, Schema } from "effect"
import type { Connection } from "@vendodev/domain/Connection"
import { AppId, type TenantId } from "@vendodev/domain/Ids"
import { Failure } from "./Failure.ts"
import { Tenant } from "./flags.ts"
import { Deployments, Management } from "./Management.ts"
import { type Candidate, pick } from "./names.ts"

/** A slug is what a thing is called; its display name will do when nothing else has it as slug. */
const bySlug = <A extends { readonly id: string; readonly slug: string; readonly name: string }>(
  value: A
): Candidate<A> => ({ id: value.id, names: [value.slug, value.name], label: value.slug, value })

/** What people call a connection; one of an end user has that at its end, so the tenant's own keep their names. */
export const connectionName = ({ name, slug, user }: Connection): string =>
  user === null ? `${slug}/${name}` : `${slug}/${name}@${user}`

const shortName = ({ slug, user }: Connection): string => (user === null ? slug : `${slug}@${user}`)

/** A revoked one keeps its id and loses its name, which a new one may have taken. */
const byConnection = (value: Connection): Candidate<Connection> => ({
  id: value.id,
  names: value.status === "revoked" ? [] : [connectionName(value), shortName(value)],
  label: connectionName(value),
  value
})

/** The tenant of `--tenant` or VENDO_TENANT, or the only one there is. */
export const tenant = Effect.gen(function* () {
  const { listTenants } = yield* Management
  const wanted = yield* Tenant
  const { tenants } = yield* listTenants({})
  if (Option.isSome(wanted)) {
    const noun = { noun: "tenant", list: "vendo tenant list", create: "vendo tenant create <slug>" } as const
    return yield* pick({ ...noun, name: wanted.value }, tenants.map(bySlug))
  }
  const [only] = tenants
  if (tenants.length === 1 && only !== undefined) return only
  return yield* tenants.length === 0
    ? new Failure({ code: "name_unknown", detail: "there is no tenant yet", fix: "run `vendo tenant create <slug>`" })
    : new Failure({
        code: "usage",
        detail: `there is more than one tenant: ${tenants.map(({ slug }) => slug).join(", ")}`,
        fix: "say which with --tenant <slug>, or set VENDO_TENANT"
      })
})

export const app = Effect.fn("resolve.app")(function* (tenant: TenantId, name: string) {
  const { listApps } = yield* Management
  const { apps } = yield* listApps({ params: { tenant } })
  const noun = { noun: "app", list: "vendo app list", create: "vendo app create <slug>" } as const
  return yield* pick({ ...noun, name }, apps.map(bySlug))
})

export const connection = Effect.fn("resolve.connection")(function* (tenant: TenantId, name: string) {
  const { listConnections } = yield* Management
  const { connections } = yield* listConnections({ params: { tenant }, query: {} })
  const noun = {
    noun: "connection",
    list: "vendo connection list",
    create: "vendo connection create <integration>"
  } as const
  return yield* pick({ ...noun, name }, connections.map(byConnection))
})

const isId = Schema.is(AppId)

/** One that is destroyed is named by its id alone. */
export const deployment = Effect.fn("resolve.deployment")(function* (tenant: TenantId, name: string) {
  const { getDeployment, listDeployments } = yield* Deployments
  const { deployments } = yield* listDeployments({ params: { tenant } })
  if (isId(name) && !deployments.some(({ id }) => id === name)) {
    return yield* getDeployment({ params: { tenant, deployment: name } })
  }
  const noun = { noun: "deployment", list: "vendo deployment list", create: "vendo install" } as const
  return yield* pick({ ...noun, name }, deployments.map(bySlug))
})

/** Where the API has a deployment: below its tenant. */
export const deploymentPlace = Effect.fn("resolve.deploymentPlace")(function* (name: string) {
  const { id: within } = yield* tenant
  const { id } = yield* deployment(within, name)
  return { tenant: within, deployment: id }
})

export const key = Effect.fn("resolve.key")(function* (tenant: TenantId, name: string) {
  const { listKeys } = yield* Management
  const { keys } = yield* listKeys({ params: { tenant } })
  const noun = { noun: "key", list: "vendo key list", create: "vendo key mint --app <app>" } as const
  return yield* pick(
    { ...noun, name },
    keys.map((value) => ({ id: value.id, names: [value.hint], label: value.hint, value }))
  )
})
