/** Which variables are not the tenant's to set. */
import { Option } from "effect"
import * as Catalog from "@vendodev/catalog/Catalog"
import type { Manifest } from "@vendodev/domain/Manifest"

/** A value of theirs would make another program run than the one that was named. */
const decidesWhatIsRun = /^(?:PATH|BASH_ENV|NODE_OPTIONS|LD_PRELOAD|LD_LIBRARY_PATH|LD_AUDIT)$|^DYLD_/

/** Whose it is, by any profile: another connection may be bound tomorrow. */
const integrationOf = ({ integrations }: Manifest, name: string): string | undefined =>
  integrations.find((slug) =>
    Option.exists(Catalog.find(slug), ({ env }) =>
      Object.values(env).some((variables) => variables?.some((variable) => variable.name === name) ?? false)
    )
  )

/** Why a deployment of the manifest can not be given a value for the variable; undefined when it can. */
export const reservedVariable = (manifest: Manifest, name: string): string | undefined => {
  if (name.startsWith("VENDO_")) return "is set by the service"
  if (decidesWhatIsRun.test(name)) return "decides what is run, and can not be set here"
  const integration = integrationOf(manifest, name)
  return integration === undefined ? undefined : `is set by the service, from what is bound for ${integration}`
}
