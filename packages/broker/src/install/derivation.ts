/** What a deployment is started with, by name: from what is bound to it, and from itself. */
import { Option, Predicate, Redacted } from "effect"
import { find } from "@vendodev/catalog/Catalog"
import { injected } from "@vendodev/catalog/envBootstrap"
import type { EnvVarSource, Integration } from "@vendodev/catalog/Integration"
import type { AppKind } from "@vendodev/domain/App"
import type { VariableKind } from "@vendodev/domain/Deployment"
import type { AppId, IntegrationSlug, Slug, TenantId } from "@vendodev/domain/Ids"
import { isStatic, isUsable } from "../vend/boundCredentials.ts"
import type { Bound } from "../vend/boundEntry.ts"

/** A connection, as far as variables follow from it. */
export type Source = Pick<Bound, "slug" | "profile" | "status" | "metadata">

export interface Derived {
  readonly name: string
  readonly kind: VariableKind
  /** Whose connection it comes from. */
  readonly integration: IntegrationSlug | null
  readonly secret: boolean
  readonly value: Redacted.Redacted
}

/** What is known besides the connections. */
export interface Given {
  readonly kind: AppKind
  /** By integration; whatever is not here was refused, and leaves its variables out. */
  readonly credentials: ReadonlyMap<string, Redacted.Redacted>
  /** What the metering proxies take. */
  readonly key: Redacted.Redacted
  readonly proxyOf: (slug: string) => Option.Option<string>
}

/**
 * Whether a connection may be in variables at all. Tokens that come and go would be stale; what there is one consumer of
 * is production's.
 */
export const isGiven =
  (kind: AppKind) =>
  (source: Source): boolean =>
    source.profile !== "composio_managed" &&
    isUsable(source) &&
    !(kind === "sandbox" && Option.exists(find(source.slug), ({ exclusive }) => exclusive))

/** Whether its credential is needed for that. */
export const isVended = ({ profile }: Source): boolean => isStatic[profile]

const plain = (value: unknown): Option.Option<string> =>
  Predicate.isString(value)
    ? Option.some(value)
    : Predicate.isNumber(value) || Predicate.isBoolean(value)
      ? Option.some(String(value))
      : Option.none()

/** What stands at a dotted path; none, where there is nothing that fits into a variable. */
const at = (metadata: unknown, path: string): Option.Option<string> =>
  plain(
    path
      .split(".")
      .reduce<unknown>((value, step) => (Predicate.hasProperty(value, step) ? value[step] : undefined), metadata)
  )

const valueOf = (source: EnvVarSource, { metadata, slug }: Source, given: Given): Option.Option<Redacted.Redacted> => {
  switch (source.kind) {
    case "credential":
      return Option.fromUndefinedOr(given.credentials.get(slug))
    case "metadata":
      return Option.map(at(metadata, source.path), (text) => Redacted.make(text))
    // Without the proxy's address the key would be sent to the provider.
    case "vendo_api_key":
      return Option.as(given.proxyOf(slug), given.key)
    case "proxy_base_url":
      return Option.map(given.proxyOf(slug), (url) => Redacted.make(url))
  }
}

const ofConnection = (integration: Integration, source: Source, given: Given): ReadonlyArray<Derived> =>
  isVended(source) && !given.credentials.has(source.slug)
    ? []
    : injected(integration, source.profile).flatMap(({ isSecret: secret, name, source: from }) =>
        Option.match(valueOf(from, source, given), {
          onNone: () => [],
          onSome: (value) => [{ name, kind: "integration" as const, integration: integration.slug, secret, value }]
        })
      )

/** Everything that follows from the connections, in the order they are in. */
export const fromConnections = (sources: ReadonlyArray<Source>, given: Given): ReadonlyArray<Derived> =>
  sources
    .filter(isGiven(given.kind))
    .flatMap((source) =>
      Option.match(find(source.slug), { onNone: () => [], onSome: (found) => ofConnection(found, source, given) })
    )

/** The variables of these integrations, by whichever profile: nobody else may set them. */
export const namesOf = (slugs: Iterable<string>): ReadonlySet<string> =>
  new Set(
    [...slugs].flatMap((slug) =>
      Option.match(find(slug), {
        onNone: () => [],
        onSome: (integration) =>
          integration.profiles.flatMap((profile) => injected(integration, profile).map(({ name }) => name))
      })
    )
  )

export interface Deployed {
  readonly tenant: TenantId
  readonly id: AppId
  readonly slug: Slug
  readonly kind: AppKind
}

/** Who it is, and where this service is: what the SDKs read. */
export const fromItself = (
  { id, kind, slug, tenant }: Deployed,
  address: Option.Option<{ readonly api: string; readonly credentials: string }>
): ReadonlyArray<Derived> =>
  [
    ["VENDO_DEPLOYMENT_ID", id],
    ["VENDO_DEPLOYMENT_SLUG", slug],
    ["VENDO_TENANT_ID", tenant],
    ...Option.match(address, {
      onNone: () => [],
      onSome: ({ api, credentials }) => [
        ["VENDO_API_URL", api],
        ["VENDO_BASE_URL", api],
        ["VENDO_CREDENTIALS_URL", credentials]
      ]
    }),
    ...(kind === "sandbox" ? [["VENDO_SANDBOX", "1"]] : [])
  ].map(([name = "", value = ""]) => ({
    name,
    kind: "system" as const,
    integration: null,
    secret: false,
    value: Redacted.make(value)
  }))

/** By name, in one order. A later list wins: the tenant's own variables come first, and override nothing. */
export const byName = (...lists: ReadonlyArray<ReadonlyArray<Derived>>): ReadonlyArray<Derived> =>
  [...new Map(lists.flat().map((variable) => [variable.name, variable])).values()].toSorted((a, b) =>
    a.name < b.name ? -1 : 1
  )
