/** Which environment variables a deployment is started with, and where in its own entry each value stands. */
import type { EnvBootstrap } from "@vendodev/domain/EnvBootstrap"
import type { Profile } from "@vendodev/domain/Profile"
import type { EnvVar, Integration } from "./Integration.ts"

const valueFrom = ({ name, source }: EnvVar): string => {
  switch (source.kind) {
    case "credential":
      return `metadata.credential.${name}`
    case "metadata":
      return `metadata.${source.path}`
    case "vendo_api_key":
      return "api_key"
    case "proxy_base_url":
      return "base_url"
  }
}

/** The variables of a profile that can be injected. */
export const injected = ({ env }: Integration, profile: Profile): ReadonlyArray<EnvVar> =>
  (env[profile] ?? []).filter((variable) => variable.injected)

/** Null where there is nothing to inject. A consumer there can be only one of is started anew. */
export const envBootstrap = (integration: Integration, profile: Profile): EnvBootstrap | null => {
  const vars = injected(integration, profile).map((variable) => ({
    name: variable.name,
    value_from: valueFrom(variable)
  }))
  return vars.length === 0 ? null : { vars, restart: integration.exclusive ? "gateway" : "none" }
}
