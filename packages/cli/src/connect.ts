import { Config, Console, Effect, Option, Redacted } from "effect"
import { Command, Flag } from "effect/cli"
import { HttpApiClient, HttpApiMiddleware } from "effect/http-api"
import { HttpClient, HttpClientRequest } from "effect/http"
import { ChildProcess } from "effect/process"
import { AppAuth } from "@vendodev/api/AppAuth"
import { VendoApi } from "@vendodev/api/VendoApi"
import type { ConnectOutcome } from "@vendodev/domain/ConnectOutcome"
import type { ConnectSessionId, TenantId } from "@vendodev/domain/Ids"
import { answer } from "./answer.ts"
import { Failure } from "./Failure.ts"
import { appFlag, connectionFlag, integrationArgument, Tenant, userFlag } from "./flags.ts"
import { adminToken, Management } from "./Management.ts"
import { looking, unanswered } from "./polling.ts"
import * as resolve from "./resolve.ts"
import { Server } from "./Server.ts"
import { facts } from "./table.ts"

/** The endpoint tools ask with their key; here it is asked with an admin token. */
const sessions = Effect.gen(function* () {
  const { url } = yield* Server
  const token = yield* adminToken
  const httpClient = yield* HttpClient.HttpClient
  const authorized = HttpApiMiddleware.layerClient(AppAuth, ({ next, request }) =>
    next(HttpClientRequest.bearerToken(request, token))
  )
  return yield* HttpApiClient.group(VendoApi, { group: "runtime", httpClient, baseUrl: url }).pipe(
    Effect.provide(authorized)
  )
})

/** Of Linux, macOS and Windows; the first that is there. */
const openers = [["xdg-open"], ["open"], ["rundll32", "url.dll,FileProtocolHandler"]] as const

/** Whoever opens it lives on without us. That none does is no failure: the address was shown. */
const openBrowser = Effect.fn("connect.openBrowser")(function* (url: string) {
  const own = yield* Effect.orDie(Config.option(Config.NonEmptyString("BROWSER")))
  const all = [...Option.toArray(Option.map(own, (command) => [command] as const)), ...openers]
  for (const [command, ...args] of all) {
    const opened = Effect.gen(function* () {
      const child = yield* ChildProcess.make(command, [...args, url], {
        stdin: "ignore",
        stdout: "ignore",
        stderr: "ignore"
      })
      return (yield* child.exitCode) === 0
    }).pipe(
      Effect.scoped,
      Effect.orElseSucceed(() => false)
    )
    if (yield* opened) return
  }
  yield* Console.error("No browser could be opened: open the address yourself.")
})

const overdue = new Failure({
  code: "not_connected",
  detail: "nobody knows whether an account was connected: the service did not say in time",
  fix: "see with `vendo connection list`, or run the command again for another address"
})

const isUnderWay = ({ status }: ConnectOutcome) => status === "open" || status === "visited"

/** Who waits is told so this often, in seconds. */
const reminder = 30

/** No visit lasts longer: who is away for so many seconds can not say any more what came of it. */
const longest = 60 * 60

const waitingFor = ({ slug, status }: ConnectOutcome, seconds: number) =>
  status === "open"
    ? `waiting for somebody to open the page (${seconds} s)`
    : `waiting for ${slug} to be connected on the page (${seconds} s)`

/** Until somebody is through with it, or its time is. A service that is away for a moment is no end to that. */
const ended = Effect.fn("connect.ended")(function* (tenant: TenantId, session: ConnectSessionId) {
  const { connectSession } = yield* Management
  const look = connectSession({ params: { tenant, session }, responseMode: "decoded-and-response" })
  let told = 0
  let wasAway = false
  const [outcome, response] = yield* looking(
    look,
    Effect.fnUntraced(function* (seen, seconds) {
      if (Option.isSome(seen) && !isUnderWay(seen.value[0])) return true
      const isAway = Option.isNone(seen)
      if (isAway && seconds > longest) return yield* overdue
      if (isAway !== wasAway || seconds - told >= reminder) {
        yield* Console.error(Option.isNone(seen) ? unanswered(seconds) : waitingFor(seen.value[0], seconds))
        told = seconds
      }
      wasAway = isAway
      return false
    })
  )
  if (outcome.status === "connected") return { outcome, response }
  const why = outcome.failure === null ? "" : `; the last attempt failed: ${outcome.failure}`
  return yield* new Failure({
    code: "not_connected",
    detail:
      outcome.status === "cancelled"
        ? "nothing was connected: it was cancelled"
        : `nothing was connected in time${why}`,
    fix: "run the command again for another address"
  })
})

export const connect = Command.make(
  "connect",
  {
    slug: integrationArgument,
    app: Flag.optional(appFlag),
    user: userFlag("The end user it will be of; the tenant's own if left out"),
    connection: Flag.optional(connectionFlag),
    open: Flag.Boolean("open").pipe(
      Flag.withDescription("Open the page in a browser of this machine"),
      Flag.withoutNegation,
      Flag.withDefault(false)
    )
  },
  Effect.fn("connect")(function* ({ app, connection, open, slug, user }) {
    const { id: tenant } = yield* resolve.tenant
    const { openConnectSession } = yield* sessions
    const boundTo = yield* Effect.transposeOption(Option.map(app, (name) => resolve.app(tenant, name)))
    const again = yield* Effect.transposeOption(Option.map(connection, (name) => resolve.connection(tenant, name)))
    const opened = yield* openConnectSession({
      headers: {},
      payload: {
        slug,
        tenant_id: tenant,
        ...(Option.isSome(boundTo) ? { app_id: boundTo.value.id } : {}),
        ...(Option.isSome(user) ? { user: user.value } : {}),
        ...(Option.isSome(again) ? { connection_id: again.value.id } : {})
      }
    })
    const url = Redacted.value(opened.url)
    yield* Console.error(`Open this page within ten minutes; the address is good once:\n${url}`)
    if (open) yield* openBrowser(url)
    const { outcome, response } = yield* ended(tenant, opened.id)
    yield* answer(
      response,
      Effect.succeed(
        facts([
          ["connected", outcome.slug],
          ["connection", outcome.connection_id ?? "-"]
        ])
      )
    )
  })
).pipe(
  Command.withDescription("Open the page on which an account is connected, and wait until it is"),
  Command.withExamples([
    { command: "vendo connect notion --app support-bot --open", description: "Signs in at Notion, and binds the tool" },
    {
      command: "vendo connect google --app support-bot --user alice",
      description: "For alice, who is sent the address"
    },
    { command: "vendo connect notion --connection notion/mine", description: "Authorises the account again" }
  ]),
  Command.withGlobalFlags([Tenant]),
  Command.provide(Management.layer),
  Command.provide(Server.layer)
)
