import type { Target } from "@vendodev/broker/install/Launcher"

/** Names what was started for a deployment. An id has one length, so that no two deployments share a name. */
export const nameOf = ({ deployment, tenant }: Target): string => `${tenant}-${deployment.slug}`
