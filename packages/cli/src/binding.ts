import { Effect, Layer, Option } from "effect"
import { Command } from "effect/cli"
import type { Binding } from "@vendodev/domain/Binding"
import type { Connection } from "@vendodev/domain/Connection"
import { onBind } from "./advice.ts"
import { answer } from "./answer.ts"
import { appFlag, connectionFlag, integrationArgument, Tenant, userFlag } from "./flags.ts"
import { toApply } from "./lifecycle.ts"
import { Deployments, Management } from "./Management.ts"
import { cancelMove, move } from "./move.ts"
import * as resolve from "./resolve.ts"
import { instant, tableOf } from "./table.ts"

const rows = (bindings: ReadonlyArray<Binding>, connections: ReadonlyArray<Connection>) => {
  const names = new Map(connections.map((connection) => [connection.id, resolve.connectionName(connection)]))
  return tableOf(bindings, [
    { title: "integration", of: ({ slug }) => slug },
    { title: "user", of: ({ user }) => user ?? "-", when: ({ user }) => user !== null },
    { title: "connection", of: ({ connection_id }) => names.get(connection_id) ?? "-" },
    { title: "bound", of: ({ created_at }) => instant(created_at) },
    { title: "connection id", of: ({ connection_id }) => connection_id }
  ])
}

const list = Command.make(
  "list",
  { app: appFlag },
  Effect.fn("binding.list")(function* ({ app: name }) {
    const { listBindings, listConnections } = yield* Management
    const tenant = yield* resolve.tenant
    const app = yield* resolve.app(tenant.id, name)
    const [{ bindings }, response] = yield* listBindings({
      params: { tenant: tenant.id, app: app.id },
      responseMode: "decoded-and-response"
    })
    const none = `${app.slug} may use nothing yet. Bind a connection: vendo binding set telegram --app ${app.slug} --connection telegram`
    yield* answer(
      response,
      bindings.length === 0
        ? Effect.succeed(none)
        : Effect.map(listConnections({ params: { tenant: tenant.id }, query: {} }), ({ connections }) =>
            rows(bindings, connections)
          )
    )
  })
).pipe(
  Command.withDescription("List what an app may use"),
  Command.withExamples([{ command: "vendo binding list --app support-bot" }]),
  Command.provide(Management.layer)
)

const services = Layer.mergeAll(Deployments.layer, Management.layer)

const set = Command.make(
  "set",
  { slug: integrationArgument, app: appFlag, connection: connectionFlag },
  Effect.fn("binding.set")(function* ({ app: appName, connection: connectionName, slug }) {
    const { setBinding } = yield* Management
    const tenant = yield* resolve.tenant
    const app = yield* resolve.app(tenant.id, appName)
    const connection = yield* resolve.connection(tenant.id, connectionName)
    const [binding, response] = yield* setBinding({
      params: { tenant: tenant.id, app: app.id, slug },
      payload: { connection_id: connection.id },
      responseMode: "decoded-and-response"
    }).pipe(Effect.mapError(onBind(slug, app.slug)))
    yield* answer(response, Effect.succeed(rows([binding], [connection])))
    yield* toApply(tenant.id, [app.id])
  })
).pipe(
  Command.withDescription(
    "Let an app use a connection, in place of what was bound; an end user's serves that user's requests"
  ),
  Command.withExamples([
    { command: "vendo binding set telegram --app support-bot --connection telegram" },
    { command: "vendo binding set telegram --app support-bot --connection telegram/work" },
    { command: "vendo binding set google --app support-bot --connection google@alice", description: "For alice alone" }
  ]),
  Command.provide(services)
)

const remove = Command.make(
  "remove",
  { slug: integrationArgument, app: appFlag, user: userFlag("Of this end user, not the app's own") },
  Effect.fn("binding.remove")(function* ({ app: name, slug, user }) {
    const { removeBinding } = yield* Management
    const tenant = yield* resolve.tenant
    const app = yield* resolve.app(tenant.id, name)
    const [, response] = yield* removeBinding({
      params: { tenant: tenant.id, app: app.id, slug },
      query: Option.match(user, { onNone: () => ({}), onSome: (user) => ({ user }) }),
      responseMode: "decoded-and-response"
    })
    const whose = Option.match(user, { onNone: () => "", onSome: (user) => ` of ${user}` })
    yield* answer(response, Effect.succeed(`${app.slug} may not use ${slug}${whose}`))
    yield* toApply(tenant.id, [app.id])
  })
).pipe(
  Command.withDescription("Take an integration away from an app; repeating it changes nothing"),
  Command.withExamples([
    { command: "vendo binding remove telegram --app support-bot" },
    { command: "vendo binding remove google --app support-bot --user alice" }
  ]),
  Command.provide(services)
)

export const binding = Command.make("binding").pipe(
  Command.withDescription("Bindings let an app use a connection; without one it gets nothing"),
  Command.withExamples([
    { command: "vendo binding set telegram --app support-bot --connection telegram" },
    { command: "vendo binding list --app support-bot" }
  ]),
  Command.withSubcommands([{ group: "Commands", commands: [list, set, move, cancelMove, remove] }]),
  Command.withGlobalFlags([Tenant])
)
