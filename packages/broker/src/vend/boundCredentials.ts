/** The credentials that are handed out ahead of their use, by the one way there is for credentials. */
import { Effect, Option, type Result } from "effect"
import type { AccessToken } from "@vendodev/domain/AccessToken"
import type { BrokerError } from "@vendodev/domain/BrokerError"
import type { Profile } from "@vendodev/domain/Profile"
import type { Presented } from "../access/CallingApp.ts"
import type { Bound } from "./boundEntry.ts"
import type { CredentialResolver } from "./CredentialResolver.ts"

/** Profiles whose credential can be had ahead of its use: it does not expire. */
export const isStatic: Record<Profile, boolean> = {
  byok_static: true,
  oauth_app_install: true,
  vendo_managed_pool: false,
  composio_managed: false,
  user_oauth: false,
  webhook_inbound: false
}

const usable: ReadonlySet<Bound["status"]> = new Set(["active", "error"])

export const isUsable = ({ status }: Pick<Bound, "status">): boolean => usable.has(status)

export type Vended = Result.Result<AccessToken, BrokerError>

/** Each of these very connections, or why not: what was bound instead since is not listed under its name. */
export const boundCredentials = Effect.fnUntraced(function* (
  resolver: CredentialResolver["Service"],
  presented: Presented,
  wanted: ReadonlyArray<Bound>
): Effect.fn.Return<ReadonlyMap<string, Vended>, BrokerError> {
  if (wanted.length === 0) return new Map()
  const slugs = wanted.map(({ slug }) => slug)
  const only = new Map(wanted.map(({ id, slug }) => [slug, id]))
  const answers = yield* resolver.resolveAll({ ...presented, connection: Option.none() }, slugs, only)
  return new Map(slugs.flatMap((slug, index) => answers.slice(index, index + 1).map((one) => [slug, one] as const)))
})
