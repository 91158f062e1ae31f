/** What an app is told of as it happens, by the names and fields of `GET /api/deployments/me/events`. */
import { Schema } from "effect"
import { DeploymentStatus, EnvVersion } from "./Deployment.ts"
import { ConnectionId, IntegrationSlug } from "./Ids.ts"

/** Grows with every event of the tenant; an app hears only some of them, so there are gaps. */
export const EventId = Schema.String.check(Schema.isPattern(/^\d{1,15}$/, { expected: "up to 15 decimal digits" }))
export type EventId = typeof EventId.Type

const event = <const Kind extends string, const Fields extends Schema.Struct.Fields>(kind: Kind, fields: Fields) =>
  Schema.Struct({ id: EventId, at: Schema.DateTimeUtcFromString, kind: Schema.Literal(kind), ...fields })

const connection = { slug: IntegrationSlug, connection_id: ConnectionId }

/** How a connection stands, in the words of those who use it: an `active` one is `connected`. */
export const EventStatus = Schema.Literals(["connected", "pending_setup", "needs_reauth", "error", "revoked"])
export type EventStatus = typeof EventStatus.Type

const Micros = Schema.Int.annotate({ description: "Millionths of a US dollar." })
const Window = Schema.Literals(["daily", "monthly"])

export const Event = Schema.Union([
  event("connection.connected", connection),
  event("connection.disconnected", connection),
  /** Something that can be seen, such as its name, and not how it stands. */
  event("connection.changed", connection),
  event("connection.status_changed", { ...connection, status: EventStatus }),
  /** What the deployment would be started with is no longer what it was started with. */
  event("deployment.environment_changed", { env_version: EnvVersion }),
  /** Its run is to start its command anew. */
  event("deployment.restart_requested", { restart: Schema.Int }),
  /** Its run is to stop its command and stay, for the integration is on its way to another deployment. */
  event("deployment.pause_requested", { slug: IntegrationSlug }),
  event("deployment.status_changed", { status: DeploymentStatus }),
  event("billing.usage_recorded", { provider: IntegrationSlug, micros: Micros }),
  event("billing.balance_changed", { remaining_micros: Micros }),
  event("billing.cap_warned", { window: Window, pct: Schema.Finite }),
  event("billing.cap_tripped", { window: Window })
]).annotate({ identifier: "Event" })
export type Event = typeof Event.Type

export type EventKind = Event["kind"]
