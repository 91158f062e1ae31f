/** What the database says to who listens: it judges the key, and the user, each time before it says anything. */
import { Context, Duration, Effect, Layer, type Option } from "effect"
import { SqlClient } from "effect/sql"
import { Forbidden, type IdentityInvalid, RateLimited, type Unavailable } from "@vendodev/domain/BrokerError"
import { Event } from "@vendodev/domain/Event"
import type { TenantId } from "@vendodev/domain/Ids"
import { judge, type KeyDecision } from "../access/CallingApp.ts"
import { claimsOrNobody } from "../access/claimsOf.ts"
import { type KeyRefusal, keyUnknown, userRefused } from "../access/keyRefusals.ts"
import type { VerifiedUser } from "../access/VerifiedUser.ts"
import { orOutOfReach } from "../database/orUnavailable.ts"
import { rows } from "../database/rows.ts"

/** One of the places for streams an app has. */
export interface Place {
  readonly id: string
  readonly keyHash: Uint8Array
  readonly tenant: TenantId
  /** The newest event there was when it was taken. */
  readonly latest: number
}

export interface Question {
  readonly place: Place
  /** None for the tenant's own events. */
  readonly user: Option.Option<VerifiedUser>
  readonly after: number
  /** For how long the place is kept from now on, if that is to change. */
  readonly lease: Option.Option<Duration.Duration>
}

export interface Answer {
  /** The last 100 at most. */
  readonly events: ReadonlyArray<Event>
  /** How long the key is good for. */
  readonly expiresIn: Duration.Duration
}

type Refusal = KeyRefusal | Forbidden | RateLimited | IdentityInvalid

export class EventLog extends Context.Service<
  EventLog,
  {
    readonly take: (keyHash: Uint8Array, lease: Duration.Duration) => Effect.Effect<Place, Refusal | Unavailable>
    readonly leave: (place: Pick<Place, "id" | "keyHash">) => Effect.Effect<void, Unavailable>
    /** Fails with `rate_limited` once the place was lost to another. */
    readonly ask: (question: Question) => Effect.Effect<Answer, Refusal | Unavailable>
  }
>()("@vendodev/broker/EventLog") {
  static readonly layer = Layer.effect(
    EventLog,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const events = rows(Event)

      return EventLog.of({
        take: Effect.fn("EventLog.take")(function* (keyHash, lease) {
          const id = crypto.randomUUID()
          const [row] = yield* orOutOfReach(
            sql<Taken>`SELECT * FROM gate.open_stream(${keyHash}, ${id}, ${Duration.toMillis(lease)}::float8)`
          )
          if (row?.decision === "full") return yield* full(Duration.millis(row.wait_ms ?? 0))
          const { latest, tenant_id: tenant } = yield* admitted(row)
          return { id, keyHash, tenant, latest: Number(latest) }
        }),
        leave: Effect.fn("EventLog.leave")(function* ({ id, keyHash }) {
          yield* orOutOfReach(sql`SELECT gate.close_stream(${keyHash}, ${id})`)
        }),
        ask: Effect.fn("EventLog.ask")(function* ({ after, lease, place, user }) {
          const claims = claimsOrNobody(user)
          const renewed = lease._tag === "None" ? null : Duration.toMillis(lease.value)
          const [row] = yield* orOutOfReach(sql<Judged>`
            SELECT * FROM gate.events(${place.keyHash}, ${claims}::text::jsonb, ${place.id}, ${renewed}::float8,
              ${after}::bigint)
          `)
          const { expires_ms: expires, heard } = yield* admitted(row)
          return {
            events: yield* events(Effect.succeed(heard ?? [])),
            expiresIn: expires === null ? Duration.infinity : Duration.millis(expires)
          }
        })
      })
    })
  )
}

type Decision = KeyDecision | "forbidden" | "identity_invalid" | "full" | "lost"

interface Taken {
  readonly decision: Decision
  readonly tenant_id: TenantId
  readonly latest: bigint | null
  readonly wait_ms: number | null
}

interface Judged {
  readonly decision: Decision
  readonly expires_ms: number | null
  readonly heard: ReadonlyArray<object> | null
}

const ofConnection = new Forbidden({ detail: "a key of one connection hears no events; ask with the key of an app" })

/** When the first place would be free if nobody were there any more. */
const full = (wait: Duration.Duration) =>
  Effect.fail(
    new RateLimited({
      detail: "this app has 5 streams of events open; close one of them, or wait for one to end",
      retry_after: Math.max(1, Math.ceil(Duration.toSeconds(wait)))
    })
  )

const admitted = <Row extends { readonly decision: Decision }>(row: Row | undefined): Effect.Effect<Row, Refusal> => {
  if (row === undefined) return Effect.fail(keyUnknown)
  const decision: Decision = row.decision
  switch (decision) {
    case "forbidden":
      return Effect.fail(ofConnection)
    case "identity_invalid":
      return Effect.fail(userRefused)
    case "full":
    case "lost":
      return full(Duration.zero)
    default:
      return Effect.as(judge(decision), row)
  }
}
