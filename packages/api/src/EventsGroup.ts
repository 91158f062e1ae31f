/** What an app is told of as it happens: server-sent events, as HTML §9.2 has them. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Forbidden, IdentityInvalid, NotFound, RateLimited } from "@vendodev/domain/BrokerError"
import { Event, EventId } from "@vendodev/domain/Event"
import { AppAuth } from "./AppAuth.ts"
import { ofKey } from "./refusals.ts"
import { wireErrors } from "./WireError.ts"

export const lastEventId = "last-event-id"

/** How many streams an app may have open at once, on all nodes together. */
export const mostStreams = 5

const own = new Set(["id", "at", "kind"])

const kinds = Event.members
  .map(({ fields }) => {
    const names = Object.keys(fields).filter((name) => !own.has(name))
    return `\`${fields.kind.literal}\` (${names.map((name) => `\`${name}\``).join(", ")})`
  })
  .join(", ")

const description = `Blocks of \`id\`, \`event\` (the kind) and \`data\`, which is JSON: \`id\`, \`at\`, \`kind\` and the fields of the kind. Kinds: ${kinds}. Comments keep the connection busy. The stream ends when the key or the user may hear no more: connect again, with \`Last-Event-ID\`, to be told why, or to go on. An app may have ${mostStreams} open.`

/** As bytes: the parser belongs to whoever reconnects. */
const EventStream = HttpApiSchema.StreamUint8Array({ contentType: "text/event-stream" })

export class EventsGroup extends HttpApiGroup.make("events")
  .add(
    HttpApiEndpoint.get("stream", "/api/deployments/me/events", {
      headers: Schema.Struct({
        [lastEventId]: Schema.optionalKey(EventId).annotate({
          description: "The `id` of the last event that was heard: what came after it comes first, of the last 100."
        }),
        "x-vendo-user-jwt": Schema.optionalKey(Schema.String).annotate({
          description: "Names the end user whose events are sent, and no others."
        })
      }),
      success: EventStream,
      error: wireErrors(...ofKey, IdentityInvalid, Forbidden, NotFound, RateLimited)
    })
      .annotate(OpenApi.Summary, "What happens to the app's connections and balance, as it happens")
      .annotate(OpenApi.Description, description)
  )
  .middleware(AppAuth) {}
