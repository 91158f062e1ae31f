/** Being done with a connection: what that hits, before it is done; and what upstreams have not confirmed. */
import { Effect, Layer } from "effect"
import { Command, Flag } from "effect/cli"
import type { Connection } from "@vendodev/domain/Connection"
import type { LosingApp, Removal } from "@vendodev/domain/Removal"
import type { Revocation } from "@vendodev/domain/Revocation"
import { answer } from "./answer.ts"
import { confirmed, yesFlag } from "./confirming.ts"
import { connectionArgument } from "./flags.ts"
import { toApply } from "./lifecycle.ts"
import { Deployments, Management } from "./Management.ts"
import * as resolve from "./resolve.ts"
import { facts, instant, tableOf } from "./table.ts"

const list = (words: ReadonlyArray<string>, none: string) => (words.length === 0 ? none : words.join(", "))

const lastUse = ({ last_used_at, not_used_since }: Removal) =>
  not_used_since === null ? instant(last_used_at, "never") : `not since ${instant(not_used_since)}`

const apps = (deployments: ReadonlyArray<LosingApp>) =>
  tableOf(deployments, [
    { title: "app", of: ({ slug }) => slug },
    { title: "user", of: ({ user }) => user ?? "-", when: ({ user }) => user !== null },
    { title: "status", of: ({ status }) => status ?? "-", when: ({ status }) => status !== null },
    { title: "loses", of: ({ variables }) => list(variables, "its tokens") }
  ])

const text = (first: string, removal: Removal) => {
  const { connection, deployments, keys, upstream } = removal
  return [
    facts([
      [first, resolve.connectionName(connection)],
      ["last used", lastUse(removal)],
      ["keys", list(keys, "none")],
      ["upstream", upstream.detail]
    ]),
    deployments.length === 0 ? "No app uses it." : apps(deployments)
  ].join("\n\n")
}

export const remove = Command.make(
  "remove",
  {
    connection: connectionArgument,
    dryRun: Flag.Boolean("dry-run").pipe(
      Flag.withDescription("Show what would happen, and change nothing"),
      Flag.withoutNegation,
      Flag.withDefault(false)
    ),
    yes: yesFlag
  },
  Effect.fn("connection.remove")(function* ({ connection: name, dryRun, yes }) {
    const { removeConnection } = yield* Management
    const tenant = yield* resolve.tenant
    const { id } = yield* resolve.connection(tenant.id, name)
    const params = { tenant: tenant.id, connection: id }
    const responseMode = "decoded-and-response" as const
    if (dryRun || !yes) {
      const [plan, response] = yield* removeConnection({ params, query: { dry_run: "1" }, responseMode })
      if (dryRun) return yield* answer(response, Effect.succeed(text("would remove", plan)))
      const name = resolve.connectionName(plan.connection)
      yield* confirmed({
        doing: `removing ${name}`,
        hits: text("removes", plan),
        question: `Remove ${name}, for good?`,
        left: "Nothing was removed.",
        fix: "look at it with --dry-run, and say --yes"
      })
    }
    const [removed, response] = yield* removeConnection({ params, query: {}, responseMode })
    yield* answer(response, Effect.succeed(text("removed", removed)))
    yield* toApply(
      tenant.id,
      removed.deployments.map(({ app_id }) => app_id)
    )
  })
).pipe(
  Command.withShortDescription("Be done with a connection, for good: shows what that hits, and asks"),
  Command.withDescription(
    "Be done with a connection, for good: no app is bound to it any more, its credential is destroyed, its keys are\n" +
      "revoked, and the upstream is told, again and again for up to 72 hours. Shows what that hits, and asks."
  ),
  Command.withExamples([
    { command: "vendo connection remove telegram/work --dry-run", description: "What would happen" },
    { command: "vendo connection remove telegram/work --yes", description: "For scripts: without asking" }
  ]),
  Command.provide(Layer.mergeAll(Deployments.layer, Management.layer))
)

const rows = (revocations: ReadonlyArray<Revocation>, connections: ReadonlyArray<Connection>) => {
  const names = new Map(connections.map((connection) => [connection.id, resolve.connectionName(connection)]))
  return tableOf(revocations, [
    { title: "connection", of: ({ connection_id, slug }) => names.get(connection_id) ?? slug },
    { title: "state", of: ({ state }) => (state === "given_up" ? "given up" : state) },
    { title: "attempts", of: ({ attempts }) => String(attempts) },
    { title: "last", of: ({ code }) => code ?? "-" },
    { title: "next attempt", of: ({ next_attempt_at }) => instant(next_attempt_at) },
    { title: "since", of: ({ created_at }) => instant(created_at) },
    { title: "connection id", of: ({ connection_id }) => connection_id }
  ])
}

export const revocations = Command.make(
  "revocations",
  {},
  Effect.fn("connection.revocations")(function* () {
    const { listConnections, listRevocations } = yield* Management
    const tenant = yield* resolve.tenant
    const [{ revocations }, response] = yield* listRevocations({
      params: { tenant: tenant.id },
      responseMode: "decoded-and-response"
    })
    yield* answer(
      response,
      revocations.length === 0
        ? Effect.succeed("Every upstream has confirmed what ended.")
        : Effect.map(listConnections({ params: { tenant: tenant.id }, query: {} }), ({ connections }) =>
            rows(revocations, connections)
          )
    )
  })
).pipe(
  Command.withShortDescription("List what upstreams have not confirmed yet of connections that ended"),
  Command.withDescription(
    "List what upstreams have not confirmed yet of connections that ended. They are told again for up to 72 hours;\n" +
      "what was given up must be ended there, by hand."
  ),
  Command.withExamples([{ command: "vendo connection revocations" }]),
  Command.provide(Management.layer)
)
