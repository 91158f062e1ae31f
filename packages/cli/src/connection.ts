import { Console, Effect, Option, Redacted, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import type { CreatedConnection } from "@vendodev/api/ManagementGroup"
import * as Catalog from "@vendodev/catalog/Catalog"
import { UpstreamError } from "@vendodev/domain/BrokerError"
import type { Connection } from "@vendodev/domain/Connection"
import type { ComposioAccountId, IntegrationSlug } from "@vendodev/domain/Ids"
import { Profile, takesCredential } from "@vendodev/domain/Profile"
import { answer } from "./answer.ts"
import { contextSaid } from "./assignments.ts"
import { Failure } from "./Failure.ts"
import {
  accountFlag,
  connectionArgument,
  contextFlag,
  fromEnvFlag,
  integrationArgument,
  nameFlag,
  Tenant,
  unverifiedFlag,
  userFlag
} from "./flags.ts"
import { Management } from "./Management.ts"
import * as resolve from "./resolve.ts"
import { remove, revocations } from "./removal.ts"
import { readIfGiven, readSecret } from "./secret.ts"
import { facts, instant, tableOf } from "./table.ts"

const accountOf = ({ metadata }: Connection): string | undefined => {
  const account = metadata["composio_account_id"]
  return typeof account === "string" ? account : undefined
}

const rows = (connections: ReadonlyArray<Connection>) =>
  tableOf(connections, [
    { title: "connection", of: resolve.connectionName },
    { title: "profile", of: ({ profile }) => profile },
    { title: "status", of: ({ status }) => status },
    { title: "user", of: ({ user }) => user ?? "-", when: ({ user }) => user !== null },
    {
      title: "account",
      of: (connection) => accountOf(connection) ?? "-",
      when: (connection) => accountOf(connection) !== undefined
    },
    { title: "created", of: ({ created_at }) => instant(created_at) },
    { title: "id", of: ({ id }) => id },
    {
      title: "last failure",
      of: ({ failure }) => (failure === null ? "-" : `${failure.code}: ${failure.detail}`),
      when: ({ failure }) => failure !== null
    }
  ])

const list = Command.make(
  "list",
  { user: userFlag("Only those of this end user") },
  Effect.fn("connection.list")(function* ({ user }) {
    const { listConnections } = yield* Management
    const tenant = yield* resolve.tenant
    const [{ connections }, response] = yield* listConnections({
      params: { tenant: tenant.id },
      query: Option.match(user, { onNone: () => ({}), onSome: (user) => ({ user }) }),
      responseMode: "decoded-and-response"
    })
    const none = Option.match(user, {
      onNone: () => "No connections yet. Create one: vendo connection create telegram",
      onSome: (user) => `No connections of ${user}. Create one: vendo connection create google --user ${user}`
    })
    yield* answer(response, Effect.succeed(connections.length === 0 ? none : rows(connections)))
  })
).pipe(
  Command.withDescription("List the connections of a tenant, without their credentials"),
  Command.withExamples([
    { command: "vendo connection list" },
    { command: "vendo connection list --user alice" },
    { command: "vendo connection list --json" }
  ]),
  Command.provide(Management.layer)
)

/** Without an account, creating a connection means pasting a credential, so a profile that takes one comes first. */
export const profileOf = (
  slug: IntegrationSlug,
  wanted: Option.Option<Profile>,
  account: Option.Option<ComposioAccountId>
): Option.Option<Profile> =>
  Option.orElse(wanted, () =>
    Option.isSome(account)
      ? Option.some("composio_managed")
      : Option.flatMap(Catalog.find(slug), ({ profiles }) =>
          Option.fromUndefinedOr(profiles.find((profile) => takesCredential[profile]) ?? profiles[0])
        )
  )

const Webhook = Schema.Struct({ webhook: Schema.Struct({ url: Schema.String }) })
const readWebhook = Schema.decodeUnknownOption(Webhook)

/** What to set up at the provider of an inbound webhook, where a secret was made for it. */
const webhookOf = ({ metadata, signing_secret: secret }: typeof CreatedConnection.Type): ReadonlyArray<string> => {
  if (secret === undefined) return []
  const address = Option.match(readWebhook(metadata), {
    onNone: () => "not known: the service has no public address",
    onSome: ({ webhook }) => webhook.url
  })
  return [
    facts([
      ["address", address],
      ["signing secret", Redacted.value(secret)]
    ])
  ]
}

const needsAccount = (slug: IntegrationSlug) =>
  new Failure({
    code: "usage",
    detail: `a connection of ${slug} is to an account at Composio, and --account is missing`,
    fix: `connect the account there, then run \`vendo connection create ${slug} --account ca_…\``
  })

const examination = (unverified: boolean, context: Option.Option<Record<string, string>>) => ({
  verify: unverified ? ("try" as const) : ("live" as const),
  ...(Option.isSome(context) ? { context: context.value } : {})
})

/** Of a provider that could not be asked. */
const namingFlag = <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.mapError(self, (error) =>
    error instanceof UpstreamError
      ? new UpstreamError({
          detail: `${error.detail}, with --unverified`,
          ...(error.retry_after === undefined ? {} : { retry_after: error.retry_after })
        })
      : error
  )

const create = Command.make(
  "create",
  {
    slug: integrationArgument,
    name: nameFlag("the integration if left out; two of one integration need different names"),
    profile: Flag.Literals("profile", Profile.literals).pipe(
      Flag.withDescription("How the credential is held (default: the first profile that takes a pasted one)"),
      Flag.optional
    ),
    account: Flag.optional(accountFlag),
    user: userFlag("The end user it belongs to; the tenant's own if left out"),
    fromEnv: fromEnvFlag("Read the credential from this environment variable, not from stdin"),
    unverified: unverifiedFlag,
    context: contextFlag
  },
  Effect.fn("connection.create")(function* ({
    account,
    context,
    fromEnv,
    name,
    profile: wanted,
    slug,
    unverified,
    user
  }) {
    const { createConnection } = yield* Management
    const chosen = yield* contextSaid(context)
    const tenant = yield* resolve.tenant
    const profile = profileOf(slug, wanted, account)
    if (Option.contains(profile, "composio_managed") && Option.isNone(account)) return yield* needsAccount(slug)
    // Nobody is asked for a secret that has no use: an integration we do not know is the service's to refuse.
    const takesOne = Option.isSome(fromEnv) || Option.exists(profile, (profile) => takesCredential[profile])
    const secret = Option.contains(profile, "webhook_inbound")
      ? yield* readIfGiven(fromEnv)
      : takesOne
        ? Option.some(yield* readSecret(fromEnv, `The ${slug} credential (hidden):`))
        : Option.none()
    const [connection, response] = yield* createConnection({
      params: { tenant: tenant.id },
      payload: {
        slug,
        ...(Option.isSome(secret) ? { credential: secret.value } : {}),
        ...(Option.isSome(name) ? { name: name.value } : {}),
        ...(Option.isSome(profile) ? { profile: profile.value } : {}),
        ...(Option.isSome(account) ? { composio_account_id: account.value } : {}),
        ...(Option.isSome(user) ? { user: user.value } : {}),
        ...examination(unverified, chosen)
      },
      responseMode: "decoded-and-response"
    }).pipe(namingFlag)
    yield* answer(response, Effect.succeed([rows([connection]), ...webhookOf(connection)].join("\n\n")))
    if (connection.signing_secret !== undefined) yield* Console.error("This secret will not be shown again.")
  })
).pipe(
  Command.withDescription(
    "Store a credential, read from stdin, a hidden prompt or an environment variable, or name an account at Composio"
  ),
  Command.withExamples([
    { command: "vendo connection create telegram", description: "Asks for the bot token without showing it" },
    { command: "pass show telegram/bot | vendo connection create telegram --name work" },
    { command: "vendo connection create openai --from-env OPENAI_API_KEY --tenant acme" },
    { command: "vendo connection create google --account ca_abc123", description: "Composio keeps its tokens fresh" },
    { command: "vendo connection create google --account ca_def456 --user alice", description: "For alice alone" },
    {
      command: "vendo connection create telegram --profile webhook_inbound --name pushed",
      description: "Makes a signing secret, and prints it with the address to push to"
    }
  ]),
  Command.provide(Management.layer)
)

const reconnect = Command.make(
  "reconnect",
  {
    connection: connectionArgument,
    account: Flag.optional(accountFlag),
    fromEnv: fromEnvFlag("Read the new credential from this environment variable, not from stdin"),
    replace: Flag.Boolean("replace").pipe(
      Flag.withDescription("Let it be of another account than before"),
      Flag.withoutNegation,
      Flag.withDefault(false)
    ),
    unverified: unverifiedFlag,
    context: contextFlag
  },
  Effect.fn("connection.reconnect")(function* ({ account, connection: name, context, fromEnv, replace, unverified }) {
    const { reconnectConnection } = yield* Management
    const chosen = yield* contextSaid(context)
    const tenant = yield* resolve.tenant
    const { id, profile, slug } = yield* resolve.connection(tenant.id, name)
    if (profile === "composio_managed" && Option.isNone(account)) return yield* needsAccount(slug)
    const renewed = Option.isSome(account)
      ? { composio_account_id: account.value }
      : { credential: yield* readSecret(fromEnv, `The new ${slug} credential (hidden):`) }
    const [connection, response] = yield* reconnectConnection({
      params: { tenant: tenant.id, connection: id },
      payload: { ...renewed, ...(replace ? { replace } : {}), ...examination(unverified, chosen) },
      responseMode: "decoded-and-response"
    }).pipe(namingFlag)
    yield* answer(response, Effect.succeed(rows([connection])))
  })
).pipe(
  Command.withDescription(
    "Put another credential behind a connection, or an account at Composio; the connection keeps its id and its bindings"
  ),
  Command.withExamples([
    { command: "vendo connection reconnect google/work --account ca_abc123" },
    {
      command: "vendo connection reconnect telegram/work",
      description: "Asks for the re-issued token without showing it"
    },
    { command: "vendo connection reconnect notion --from-env NOTION_TOKEN --replace" }
  ]),
  Command.provide(Management.layer)
)

const revoke = Command.make(
  "revoke",
  { connection: connectionArgument },
  Effect.fn("connection.revoke")(function* ({ connection: name }) {
    const { revokeConnection } = yield* Management
    const tenant = yield* resolve.tenant
    const { id } = yield* resolve.connection(tenant.id, name)
    const [connection, response] = yield* revokeConnection({
      params: { tenant: tenant.id, connection: id },
      responseMode: "decoded-and-response"
    })
    yield* answer(response, Effect.succeed(rows([connection])))
  })
).pipe(
  Command.withDescription(
    "Cut a connection off at once and destroy its credential, for good; tools stay bound, and are told so"
  ),
  Command.withExamples([
    { command: "vendo connection revoke telegram/work" },
    { command: "vendo connection remove telegram/work", description: "To be done with it, upstream as well" }
  ]),
  Command.provide(Management.layer)
)

export const connection = Command.make("connection").pipe(
  Command.withDescription("Connections hold a credential for one integration, of a tenant or of one end user"),
  Command.withExamples([
    { command: "vendo connection create telegram --from-env TELEGRAM_BOT_TOKEN" },
    { command: "vendo connection list" }
  ]),
  Command.withSubcommands([{ group: "Commands", commands: [list, create, reconnect, revoke, remove, revocations] }]),
  Command.withGlobalFlags([Tenant])
)
