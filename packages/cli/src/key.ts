import { Console, DateTime, Effect, Option, Redacted } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import type { AppKey } from "@vendodev/domain/AppKey"
import type { TenantId } from "@vendodev/domain/Ids"
import { answer } from "./answer.ts"
import { expiry } from "./expiry.ts"
import { Failure } from "./Failure.ts"
import { appFlag, connectionFlag, Tenant } from "./flags.ts"
import { Management } from "./Management.ts"
import * as resolve from "./resolve.ts"
import { instant, table } from "./table.ts"

const statusOf = ({ expires_at, revoked_at }: AppKey, now: DateTime.Utc) => {
  if (revoked_at !== null) return "revoked"
  return expires_at !== null && DateTime.isLessThanOrEqualTo(expires_at, now) ? "expired" : "active"
}

/** The names behind the ids a key is scoped to. */
const scopes = Effect.fn("key.scopes")(function* (tenant: TenantId) {
  const { listApps, listConnections } = yield* Management
  const { apps } = yield* listApps({ params: { tenant } })
  const { connections } = yield* listConnections({ params: { tenant }, query: {} })
  return new Map<string, string>([
    ...apps.map(({ id, slug }) => [id, `app ${slug}`] as const),
    ...connections.map((connection) => [connection.id, `connection ${resolve.connectionName(connection)}`] as const)
  ])
})

const rows = Effect.fn("key.rows")(function* (tenant: TenantId, keys: ReadonlyArray<AppKey>) {
  const now = yield* DateTime.now
  const names = yield* scopes(tenant)
  return table(
    ["key", "opens", "status", "created", "expires", "id"],
    keys.map((key) => [
      key.hint,
      names.get(key.app_id ?? key.connection_id ?? "") ?? "-",
      statusOf(key, now),
      instant(key.created_at),
      instant(key.expires_at, "never"),
      key.id
    ])
  )
})

const list = Command.make(
  "list",
  {},
  Effect.fn("key.list")(function* () {
    const { listKeys } = yield* Management
    const tenant = yield* resolve.tenant
    const [{ keys }, response] = yield* listKeys({
      params: { tenant: tenant.id },
      responseMode: "decoded-and-response"
    })
    const none = Effect.succeed("No keys yet. Mint one: vendo key mint --app <app>")
    yield* answer(response, keys.length === 0 ? none : rows(tenant.id, keys))
  })
).pipe(
  Command.withDescription("List the keys of a tenant, by hint"),
  Command.withExamples([{ command: "vendo key list" }, { command: "vendo key list --json" }]),
  Command.provide(Management.layer)
)

/** What a key is to open: one of the two, said once. */
const scopeOf = (app: Option.Option<string>, connection: Option.Option<string>) => {
  if (Option.isSome(app) && Option.isNone(connection)) return Effect.succeed({ app: app.value })
  if (Option.isSome(connection) && Option.isNone(app)) return Effect.succeed({ connection: connection.value })
  return Effect.fail(
    new Failure({
      code: "usage",
      detail: "a key opens either one app or one connection",
      fix: "add --app <app> or --connection <connection>, and not both"
    })
  )
}

const mint = Command.make(
  "mint",
  {
    app: Flag.optional(appFlag),
    connection: Flag.optional(connectionFlag),
    expires: Flag.String("expires").pipe(
      Flag.withMetavar("<when>"),
      Flag.withDescription("12h, 30d, 6w or an ISO time (default: never)"),
      Flag.optional
    )
  },
  Effect.fn("key.mint")(function* ({ app, connection, expires }) {
    const { mintAppKey, mintConnectionKey } = yield* Management
    const scope = yield* scopeOf(app, connection)
    const payload = Option.isSome(expires) ? { expires_at: yield* expiry(expires.value) } : {}
    const { id: tenant } = yield* resolve.tenant
    const responseMode = "decoded-and-response" as const
    const [minted, response] =
      "app" in scope
        ? yield* Effect.flatMap(resolve.app(tenant, scope.app), ({ id }) =>
            mintAppKey({ params: { tenant, app: id }, payload, responseMode })
          )
        : yield* Effect.flatMap(resolve.connection(tenant, scope.connection), ({ id }) =>
            mintConnectionKey({ params: { tenant, connection: id }, payload, responseMode })
          )
    yield* answer(response, Effect.succeed(Redacted.value(minted.key)))
    yield* Console.error(`This key will not be shown again. It expires: ${instant(minted.expires_at, "never")}`)
  })
).pipe(
  Command.withDescription("Mint a key for an app, or one locked to a connection; it is printed this once"),
  Command.withExamples([
    { command: "vendo key mint --app support-bot --expires 90d" },
    { command: "export VENDO_API_KEY=$(vendo key mint --app support-bot)" },
    { command: "vendo key mint --connection telegram/work --expires 2031-01-31" }
  ]),
  Command.provide(Management.layer)
)

/** A key on a command line is in the shell's history from then on. */
const refuseWhole = (name: string) =>
  /^vendo_[a-z]{2}_\w{5,}$/.test(name)
    ? Effect.fail(
        new Failure({
          code: "usage",
          detail: "a whole key does not belong on a command line; it is named by its hint",
          fix: `run \`vendo key revoke ${name.slice(0, 13)}\``
        })
      )
    : Effect.void

const revoke = Command.make(
  "revoke",
  { key: Argument.String("key").pipe(Argument.withDescription("A key, by its hint or id; never the key itself")) },
  Effect.fn("key.revoke")(function* ({ key: name }) {
    yield* refuseWhole(name)
    const { revokeKey } = yield* Management
    const tenant = yield* resolve.tenant
    const { id } = yield* resolve.key(tenant.id, name)
    const [key, response] = yield* revokeKey({
      params: { tenant: tenant.id, key: id },
      responseMode: "decoded-and-response"
    })
    yield* answer(response, rows(tenant.id, [key]))
  })
).pipe(
  Command.withDescription("Revoke a key; holds from the next request on"),
  Command.withExamples([{ command: "vendo key revoke vendo_sk_Q7fX" }]),
  Command.provide(Management.layer)
)

export const key = Command.make("key").pipe(
  Command.withDescription("Keys are what a tool presents to get tokens"),
  Command.withExamples([{ command: "vendo key mint --app support-bot" }, { command: "vendo key list" }]),
  Command.withSubcommands([{ group: "Commands", commands: [list, mint, revoke] }]),
  Command.withGlobalFlags([Tenant])
)
