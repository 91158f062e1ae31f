import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as Catalog from "@vendodev/catalog/Catalog"
import type { Connection } from "@vendodev/domain/Connection"
import type { IntegrationSlug } from "@vendodev/domain/Ids"
import { Profile, takesCredential } from "@vendodev/domain/Profile"
import { answer } from "./answer.ts"
import { fromEnvFlag, integrationArgument, nameFlag, Tenant } from "./flags.ts"
import { Management } from "./Management.ts"
import * as resolve from "./resolve.ts"
import { readSecret } from "./secret.ts"
import { instant, table } from "./table.ts"

const rows = (connections: ReadonlyArray<Connection>) =>
  table(
    ["connection", "profile", "status", "created", "id"],
    connections.map((connection) => [
      resolve.connectionName(connection),
      connection.profile,
      connection.status,
      instant(connection.created_at),
      connection.id
    ])
  )

const list = Command.make(
  "list",
  {},
  Effect.fn("connection.list")(function* () {
    const { listConnections } = yield* Management
    const tenant = yield* resolve.tenant
    const [{ connections }, response] = yield* listConnections({
      params: { tenant: tenant.id },
      responseMode: "decoded-and-response"
    })
    const none = "No connections yet. Create one: vendo connection create telegram"
    yield* answer(response, Effect.succeed(connections.length === 0 ? none : rows(connections)))
  })
).pipe(
  Command.withDescription("List the connections of a tenant, without their credentials"),
  Command.withExamples([{ command: "vendo connection list" }, { command: "vendo connection list --json" }]),
  Command.provide(Management.layer)
)

/** Creating a connection here means pasting a credential, so a profile that takes one comes first. */
export const profileOf = (slug: IntegrationSlug, wanted: Option.Option<Profile>): Option.Option<Profile> =>
  Option.orElse(wanted, () =>
    Option.flatMap(Catalog.find(slug), ({ profiles }) =>
      Option.fromUndefinedOr(profiles.find((profile) => takesCredential[profile]))
    )
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
    fromEnv: fromEnvFlag("Read the credential from this environment variable, not from stdin")
  },
  Effect.fn("connection.create")(function* ({ fromEnv, name, profile: wanted, slug }) {
    const { createConnection } = yield* Management
    const tenant = yield* resolve.tenant
    const profile = profileOf(slug, wanted)
    // Nobody is asked for a secret that has no use: an integration we do not know is the service's to refuse.
    const takesOne = Option.isSome(fromEnv) || Option.exists(profile, (profile) => takesCredential[profile])
    const credential = takesOne ? { credential: yield* readSecret(fromEnv, `The ${slug} credential (hidden):`) } : {}
    const [connection, response] = yield* createConnection({
      params: { tenant: tenant.id },
      payload: {
        slug,
        ...credential,
        ...(Option.isSome(name) ? { name: name.value } : {}),
        ...(Option.isSome(profile) ? { profile: profile.value } : {})
      },
      responseMode: "decoded-and-response"
    })
    yield* answer(response, Effect.succeed(rows([connection])))
  })
).pipe(
  Command.withDescription("Store a credential, read from stdin, a hidden prompt or an environment variable"),
  Command.withExamples([
    { command: "vendo connection create telegram", description: "Asks for the bot token without showing it" },
    { command: "pass show telegram/bot | vendo connection create telegram --name work" },
    { command: "vendo connection create openai --from-env OPENAI_API_KEY --tenant acme" }
  ]),
  Command.provide(Management.layer)
)

const revoke = Command.make(
  "revoke",
  {
    connection: Argument.String("connection").pipe(
      Argument.withDescription("A connection: telegram, telegram/work or its id")
    )
  },
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
  Command.withDescription("Revoke a connection and destroy its credential, for good"),
  Command.withExamples([{ command: "vendo connection revoke telegram/work" }]),
  Command.provide(Management.layer)
)

export const connection = Command.make("connection").pipe(
  Command.withDescription("Connections hold a credential for one integration"),
  Command.withExamples([
    { command: "vendo connection create telegram --from-env TELEGRAM_BOT_TOKEN" },
    { command: "vendo connection list" }
  ]),
  Command.withSubcommands([{ group: "Commands", commands: [list, create, revoke] }]),
  Command.withGlobalFlags([Tenant])
)
