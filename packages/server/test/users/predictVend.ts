/** What the model says must come of asking for a token. */
import { Option } from "effect"
import * as Catalog from "@vendodev/catalog/Catalog"
import type { ErrorCode } from "@vendodev/domain/BrokerError"
import type { Vending } from "./operations.ts"
import { type Connection, isApp, type Key, place, type UserToken, type World } from "./World.ts"

/** Either refused as a whole, or each slug for itself. */
export type Vended =
  | { readonly code: ErrorCode; readonly because?: string }
  | { readonly each: ReadonlyArray<{ readonly asked: string; readonly slug: string; readonly answer: Answer }> }

export type Answer =
  | { readonly code: ErrorCode; readonly connection?: never }
  | { readonly connection: Connection; readonly code?: never }

const refusedKey = (key: Key | undefined): ErrorCode | undefined => {
  if (key === undefined) return "app_unknown"
  return key.isRevoked || key.tenant.isSuspended ? "app_revoked" : undefined
}

/** Why a user token does not fit a key: it must be of its tenant and app, and not over since its user was removed. */
const faultOf = ({ scope, tenant }: Key, { app, by, issuedAt, subject, tenant: of }: UserToken) => {
  const removed = tenant.removed.get(subject)
  if (by === "forged") return "forged"
  if (of !== tenant.id) return "of another tenant"
  if (app !== undefined && isApp(scope) && app !== scope.id) return "of another app"
  return removed !== undefined && (issuedAt === undefined || issuedAt * 1000 <= removed)
    ? "of a removed user"
    : undefined
}

const answerOf = ({ scope }: Key, slug: string, { connection: wanted, userToken }: Vending): Answer => {
  if (Option.isNone(Catalog.find(slug))) return { code: "provider_unknown" }
  // The one place where a connection is found: what is bound for exactly this user, or for nobody.
  const found = isApp(scope)
    ? scope.bindings.get(place(slug, userToken?.subject ?? null))
    : userToken === undefined && scope.slug === slug
      ? scope
      : undefined
  if (found === undefined || (wanted !== undefined && wanted !== found.id)) return { code: "binding_missing" }
  if (found.status === "revoked") return { code: "connection_revoked" }
  if (found.status === "needs_reauth") return { code: "connection_needs_reauth" }
  return { connection: found }
}

const slugOf = ({ way }: Vending, asked: string) =>
  way === "variable" ? Option.getOrElse(Catalog.findByVariable(asked), () => "") : asked

export const predictVend = (world: World, operation: Vending): Vended => {
  const key = world.key(operation.key)
  const refused = refusedKey(key)
  if (key === undefined || refused !== undefined) return { code: refused ?? "app_unknown" }
  const { slugs, userToken } = operation
  const because = userToken === undefined ? undefined : faultOf(key, userToken)
  if (because !== undefined) return { code: "identity_invalid", because }
  return {
    each: slugs.map((asked) => {
      const slug = slugOf(operation, asked)
      return { asked, slug, answer: answerOf(key, slug, operation) }
    })
  }
}

/** Of asking for a user token, which a key of one connection has no use for. */
export const predictMinting = (key: Key | undefined): ErrorCode | undefined =>
  refusedKey(key) ?? (key !== undefined && isApp(key.scope) ? undefined : "forbidden")
