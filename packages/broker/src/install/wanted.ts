/** From what the database decided about a run to what the run is told. */
import type { Wanted } from "@vendodev/domain/Deployment"

/** What becomes of a run, in the order in which one overrules another. */
export type Told = "superseded" | "destroyed" | "stopped" | "draining" | "run"

/** What a pause is for. */
export interface About {
  readonly integration: string
  /** The slug of the app it goes to. */
  readonly to: string
}

const table: Record<Told, (about: About | null) => Pick<Wanted, "action" | "reason">> = {
  superseded: () => ({ action: "stop", reason: "another run took over" }),
  destroyed: () => ({ action: "stop", reason: "the deployment was destroyed" }),
  stopped: () => ({ action: "stop", reason: "the deployment is to be stopped" }),
  draining: (about) => ({
    action: "pause",
    reason: about === null ? "a connection is being handed over" : `${about.integration} is handed over to ${about.to}`
  }),
  run: () => ({ action: "run", reason: null })
}

export const wantedOf = (
  told: Told,
  about: About | null,
  versions: Pick<Wanted, "env_version" | "restart">
): Wanted => ({ ...table[told](about), ...versions })
