/**
 * From a manifest, and what was chosen for it, to what is to be bound, and to
 * all that is wrong with it. Nothing is asked and nothing is written here.
 */
import { Option } from "effect"
import * as Catalog from "@vendodev/catalog/Catalog"
import type { Integration } from "@vendodev/catalog/Integration"
import type { AppKind } from "@vendodev/domain/App"
import type { Connection, ConnectionStatus } from "@vendodev/domain/Connection"
import type { Choice } from "@vendodev/domain/Deployment"
import type { ConnectionId } from "@vendodev/domain/Ids"
import type { Manifest } from "@vendodev/domain/Manifest"
import { takesCredential } from "@vendodev/domain/Profile"
import { namesOf } from "./derivation.ts"
import { allFaults, nameFault, type UserVariables } from "./variableRules.ts"

/** One thing that is wrong with an installation. */
export interface Problem {
  /** Of the request. */
  readonly field: string
  /** A clause for people. No value that was sent is in it. */
  readonly detail: string
  /** The integration or variable that must still be given; absent for what was given and must not be. */
  readonly missing?: string
  /** It may never be had, whatever else is given. */
  readonly forbidden?: true
}

/** What is known of a connection that was chosen. */
export type Chosen = Pick<Connection, "id" | "slug" | "user" | "status">

/** A choice that can be tried. */
export interface Use {
  readonly integration: Integration
  readonly choice: Choice
}

export interface Asked {
  readonly manifest: Manifest
  readonly kind: AppKind
  readonly choices: ReadonlyMap<string, Choice>
  readonly variables: UserVariables
  /** The tenant's connections among those that were chosen. */
  readonly connections: ReadonlyMap<ConnectionId, Chosen>
}

export interface Plan {
  /** In the order of slugs. */
  readonly uses: ReadonlyArray<Use>
  readonly problems: ReadonlyArray<Problem>
}

/** Why a connection that stands like this can not be bound. */
const unusable: Record<ConnectionStatus, string | undefined> = {
  active: undefined,
  // The upstream's, and may have passed.
  error: undefined,
  pending: "that connection is not connected yet",
  needs_reauth: "that connection must be authorised again by its user first",
  revoked: "that connection was revoked"
}

const faultOfConnection = ({ slug }: Integration, chosen: Chosen | undefined): string | undefined => {
  // Somebody else's is as if there were none.
  if (chosen === undefined) return "there is no such connection"
  if (chosen.slug !== slug) return `that connection is for ${chosen.slug}`
  if (chosen.user !== null) return "that connection belongs to an end user"
  return unusable[chosen.status]
}

const faultOfChoice = (
  integration: Integration,
  choice: Choice | undefined,
  connections: Asked["connections"]
): string | undefined => {
  if (choice === undefined) return "nothing was chosen"
  if ("connection_id" in choice) return faultOfConnection(integration, connections.get(choice.connection_id))
  if ("pool" in choice) {
    return integration.profiles.includes("vendo_managed_pool") ? undefined : `${integration.name} has no managed pool`
  }
  return integration.profiles.some((profile) => takesCredential[profile])
    ? undefined
    : `${integration.name} takes no pasted credential; connect it first, and choose that connection`
}

/** A choice for the one integration, or why there is none. Neither where a sandbox goes without it. */
const useOf = (slug: string, { choices, connections, kind }: Asked): Partial<{ use: Use; problem: Problem }> => {
  const field = `choices.${slug}`
  const choice = choices.get(slug)
  const integration = Option.getOrUndefined(Catalog.find(slug))
  if (integration === undefined) {
    return { problem: { field, detail: `${slug}: there is no such integration any more`, missing: slug } }
  }
  if (integration.exclusive && kind === "sandbox") {
    if (choice === undefined) return {}
    const detail = `${slug}: a sandbox never receives an exclusive credential; leave it out`
    return { problem: { field, detail, forbidden: true } }
  }
  const fault = faultOfChoice(integration, choice, connections)
  return fault === undefined && choice !== undefined
    ? { use: { integration, choice } }
    : { problem: { field, detail: `${slug}: ${fault}`, missing: slug } }
}

/** What is in no catalog is the caller's own text, and is not repeated. */
const surplus = (slug: string): Problem =>
  Option.isSome(Catalog.find(slug))
    ? { field: `choices.${slug}`, detail: `${slug}: the tool does not ask for it; leave it out` }
    : { field: "choices", detail: "choices: one is for an integration that does not exist" }

/** What the choices come to. A sandbox goes without exclusive integrations, which it could never use. */
export const planOf = (asked: Asked): Plan => {
  const { choices, manifest, variables } = asked
  const wanted = manifest.integrations.toSorted().map((slug) => useOf(slug, asked))
  const named = new Set<string>(manifest.integrations)
  const derived = namesOf(manifest.integrations)
  return {
    uses: wanted.flatMap(({ use }) => (use === undefined ? [] : [use])),
    problems: [
      ...wanted.flatMap(({ problem }) => (problem === undefined ? [] : [problem])),
      ...[...choices.keys()].filter((slug) => !named.has(slug)).map(surplus),
      // What the service sets itself needs no value.
      ...manifest.env.required
        .filter((name) => !Object.hasOwn(variables, name) && nameFault(name, derived) === undefined)
        .map((name) => ({ field: `variables.${name}`, detail: `${name} has no value`, missing: name })),
      ...allFaults(variables, derived).map(({ detail, field }) => ({ field, detail: `${field}: ${detail}` }))
    ]
  }
}
