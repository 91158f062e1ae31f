/** `packages/client/src/catalog.ts`: the catalog as plain data, for clients that can not afford its schemas. */
import { integrations } from "@vendodev/catalog/Catalog"
import type { Integration } from "@vendodev/catalog/Integration"
import type { GeneratedFile } from "../generate.ts"

const variablesOf = ({ env, profiles }: Integration) => [...new Set(profiles.flatMap((profile) => env[profile] ?? []))]

const namesOf = (variables: ReturnType<typeof variablesOf>) => [...new Set(variables.map(({ name }) => name))]

/** An address or an id is no token; a projected one is, though it is never written into an environment. */
const holdsToken = ({ source }: ReturnType<typeof variablesOf>[number]) =>
  source.kind === "credential" || source.kind === "vendo_api_key"

const entry = (integration: Integration) => {
  const variables = variablesOf(integration)
  return {
    slug: integration.slug,
    name: integration.name,
    description: integration.description,
    category: integration.category,
    profiles: integration.profiles,
    tokenVariables: namesOf(variables.filter(holdsToken)),
    variables: namesOf(variables),
    exclusive: integration.exclusive,
    docsUrl: integration.docsUrl,
    brandColor: integration.brandColor
  }
}

/** What a client knows of every integration. */
export const entries = integrations.map(entry)

const text = `/** The catalog as plain data. Made by scripts/generators/clientCatalog.ts from packages/catalog; do not edit. */

export interface CatalogEntry {
  readonly slug: string
  readonly name: string
  readonly description: string
  readonly category: string
  /** The default first. */
  readonly profiles: ReadonlyArray<string>
  /** The variables that may hold its token, the conventional one first. */
  readonly tokenVariables: ReadonlyArray<string>
  /** Every variable that belongs to it. */
  readonly variables: ReadonlyArray<string>
  readonly exclusive: boolean
  readonly docsUrl: string
  readonly brandColor: string
}

// oxfmt-ignore
export const catalog: ReadonlyArray<CatalogEntry> = ${JSON.stringify(entries, null, 2).replaceAll(/"([A-Za-z]+)":/g, "$1:")}

const bySlug = new Map(catalog.map((entry) => [entry.slug, entry]))

/** The entry of a slug, if the catalog of this release has one. Any text may be asked. */
export const find = (slug: string): CatalogEntry | undefined => bySlug.get(slug)
`

export const generators: ReadonlyArray<GeneratedFile> = [
  { path: "packages/client/src/catalog.ts", render: () => Promise.resolve(text) }
]
