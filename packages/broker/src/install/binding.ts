/** Tries what was planned: connects what is new, binds all of it, and tells what the database will not have. */
import { Effect, Option, type Result } from "effect"
import type { App } from "@vendodev/domain/App"
import type { Taken, ValidationFailed } from "@vendodev/domain/BrokerError"
import { type ConnectionId, DisplayName } from "@vendodev/domain/Ids"
import type { Found } from "../connect/Obtained.ts"
import { Bindings } from "../manage/Bindings.ts"
import { Connections } from "../manage/Connections.ts"
import type { Problem, Use } from "./choices.ts"

/** What providers said of the credentials that were pasted, by integration. */
export type Examinations = ReadonlyMap<string, Result.Result<Found, ValidationFailed>>

export interface Tried {
  readonly problems: ReadonlyArray<Problem>
  readonly taken: ReadonlyArray<Taken>
}

const nothing: Tried = { problems: [], taken: [] }

const both = (all: ReadonlyArray<Tried>): Tried => ({
  problems: all.flatMap(({ problems }) => problems),
  taken: all.flatMap(({ taken }) => taken)
})

interface Ready extends Use {
  readonly connection: ConnectionId
}

export const makeBinding = Effect.gen(function* () {
  const bindings = yield* Bindings
  const connections = yield* Connections

  /** The connection that was chosen, or a new one: named after the app, unless its name was said. */
  const connect = Effect.fnUntraced(function* (app: App, { choice, integration }: Use, said: Examinations) {
    if ("connection_id" in choice) return choice.connection_id
    if ("pool" in choice) return (yield* connections.pool(integration.slug)).id
    const found = said.get(integration.slug)
    const made = yield* connections.create({
      slug: integration.slug,
      name: choice.name ?? DisplayName.make(app.slug),
      profile: Option.none(),
      credential: Option.some(choice.credential),
      found: found === undefined ? undefined : yield* Effect.fromResult(found)
    })
    return made.id
  })

  const unusable = ({ integration: { slug } }: Use, detail: string): Tried => ({
    problems: [{ field: `choices.${slug}`, detail: `${slug}: ${detail}`, missing: slug }],
    taken: []
  })

  /** What was pasted is named by no id: the connection is gone with the refusal. */
  const takenBy = ({ choice, integration: { slug } }: Use, bound_to: Taken["bound_to"]): Tried => ({
    problems: [],
    taken: [{ slug, connection_id: "connection_id" in choice ? choice.connection_id : null, bound_to }]
  })

  const bind = (app: App, { connection, ...use }: Ready) =>
    Effect.as(bindings.set(app.id, use.integration.slug, connection), nothing).pipe(
      Effect.catchTags({
        connection_in_use: ({ bound_to }) => Effect.succeed(takenBy(use, bound_to)),
        // It was looked at under a lock: what is left is what nobody can have seen.
        connection_revoked: ({ detail }) => Effect.succeed(unusable(use, detail)),
        forbidden: ({ detail }) => Effect.succeed(unusable(use, detail)),
        not_found: ({ detail }) => Effect.succeed(unusable(use, detail)),
        validation_failed: ({ detail }) => Effect.succeed(unusable(use, detail))
      })
    )

  /** First all connections, then all bindings, each in the order of slugs, which everybody keeps to. */
  return Effect.fn("binding.tried")(function* (app: App, uses: ReadonlyArray<Use>, said: Examinations) {
    const connected = yield* Effect.forEach(uses, (use) =>
      connect(app, use, said).pipe(
        Effect.map((connection) => ({ ready: { ...use, connection }, tried: nothing })),
        Effect.catchTags({
          conflict: ({ detail }) => Effect.succeed({ ready: undefined, tried: unusable(use, detail) }),
          provider_unknown: ({ detail }) => Effect.succeed({ ready: undefined, tried: unusable(use, detail) }),
          validation_failed: ({ detail }) => Effect.succeed({ ready: undefined, tried: unusable(use, detail) })
        })
      )
    )
    const ready = connected.flatMap(({ ready }) => (ready === undefined ? [] : [ready]))
    const bound = yield* Effect.forEach(ready, (one) => bind(app, one))
    return both([...connected.map(({ tried }) => tried), ...bound])
  })
})
