/** What the keys of a manifest ask of each other. */
import { Option } from "effect"
import * as Catalog from "@vendodev/catalog/Catalog"
import { injected } from "@vendodev/catalog/envBootstrap"
import { meant } from "./nearest.ts"
import type { Place, Reading, Tell } from "./read.ts"

interface Item extends Place {
  readonly value: string
}

/** The items of a list that fit. Nothing when the list itself, or what it is in, does not. */
const itemsAt = (reading: Reading, [name, ...rest]: ReadonlyArray<string>): ReadonlyArray<Item> | undefined => {
  if (name === undefined) {
    return reading.kind === "list"
      ? reading.items.flatMap((item) =>
          item.kind === "value" && typeof item.value === "string"
            ? [{ at: item.at, path: item.path, value: item.value }]
            : []
        )
      : undefined
  }
  if (reading.kind !== "mapping") return undefined
  if (!reading.fields.has(name)) return []
  const field = reading.fields.get(name)
  return field === undefined ? undefined : itemsAt(field, rest)
}

/** The variables a connection may set, and the integration it is of. */
const variablesOf = (integrations: ReadonlyArray<Item>): ReadonlyMap<string, string> =>
  new Map(
    integrations
      .flatMap(({ value }) => Option.toArray(Catalog.find(value)))
      .flatMap((integration) =>
        integration.profiles
          .flatMap((profile) => injected(integration, profile))
          .map(({ name }) => [name, integration.slug] as const)
      )
  )

/** Tells each that is broken, as far as what it is about could be read. */
export const checkRules = (manifest: Reading, tell: Tell): void => {
  const integrations = itemsAt(manifest, ["integrations"])
  const required = itemsAt(manifest, ["env", "required"]) ?? []
  const optional = itemsAt(manifest, ["env", "optional"]) ?? []
  const slugs = integrations?.map(({ value }) => value)
  for (const item of itemsAt(manifest, ["restart_on"]) ?? []) {
    if (slugs !== undefined && !slugs.includes(item.value)) {
      tell(item, `must be one of this manifest's integrations${meant(item.value, slugs)}`)
    }
  }
  const variables = variablesOf(integrations ?? [])
  for (const item of [...required, ...optional]) {
    const integration = variables.get(item.value)
    if (integration !== undefined) tell(item, `is set from the connection of ${integration}: leave it out`)
  }
  const firsts = new Map(required.map(({ path, value }) => [value, path]))
  for (const item of optional) {
    const first = firsts.get(item.value)
    if (first !== undefined) tell(item, `is required already, as ${first}`)
  }
}
