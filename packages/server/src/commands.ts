import { Config, Console, Effect, Layer, Option, Redacted } from "effect"
import { Argument, Command } from "effect/cli"
import { mintAdminToken } from "@vendodev/broker/access/AdminTokens"
import * as Migrations from "@vendodev/broker/database/Migrations"
import { checkKeyring } from "@vendodev/broker/vault/verifyKeyring"
import { asAdministrator, connecting } from "./Database.ts"
import * as KeyFile from "./KeyFile.ts"
import * as Keys from "./Keys.ts"
import * as Server from "./Server.ts"
import { Settings, SettingsInvalid } from "./Settings.ts"

const adminUrl = Config.Redacted("DATABASE_ADMIN_URL").pipe(
  Effect.mapError(
    () =>
      new SettingsInvalid({ problems: ["DATABASE_ADMIN_URL must be the URL of the database, as its administrator"] })
  )
)

const onAdminDatabase = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.flatMap(adminUrl, (url) => asAdministrator({ url })(work)).pipe(connecting("DATABASE_ADMIN_URL"))

const prepare = Command.make(
  "prepare",
  {},
  Effect.fn(function* () {
    const password = yield* Config.option(Config.Redacted("VENDO_SERVER_PASSWORD"))
    const applied = yield* onAdminDatabase(
      Effect.gen(function* () {
        const applied = yield* Migrations.prepare
        if (Option.isSome(password)) yield* Migrations.setServerPassword(password.value)
        return applied
      })
    )
    yield* Console.log(
      applied.length === 0
        ? "The schema was current already."
        : `Applied ${applied.map(([id, name]) => `${id} ${name}`).join(", ")}.`
    )
    yield* Console.log(
      `Start the server with DATABASE_URL=postgres://${Migrations.serverRole}:<password>@<host>/<database>` +
        (Option.isSome(password) ? "." : ", after setting a password: run this again with VENDO_SERVER_PASSWORD.")
    )
  })
).pipe(
  Command.withDescription(
    "Create roles, schema and catalog as the administrator in DATABASE_ADMIN_URL; repeat it after every upgrade"
  )
)

const createToken = Command.make(
  "create",
  {
    name: Argument.String("name").pipe(
      Argument.withDescription("What it is for, as it will be listed"),
      Argument.withDefault("operator")
    )
  },
  Effect.fn(function* ({ name }) {
    // A token stored under other keys than the server's would open nothing.
    const mint = Effect.andThen(checkKeyring, mintAdminToken(name))
    const token = yield* onAdminDatabase(mint).pipe(Effect.provide(Keys.existing))
    yield* Console.error("This token is shown once. Keep it where VENDO_ADMIN_TOKEN is read from.")
    yield* Console.log(Redacted.value(token))
  }, Effect.provide(Settings.layer))
).pipe(Command.withDescription("Mint a token for the management API, as the administrator in DATABASE_ADMIN_URL"))

const createKeys = Command.make(
  "create",
  {},
  Effect.fn(function* () {
    const path = yield* Keys.path
    yield* KeyFile.create(path)
    yield* Console.log(`Wrote ${path}. Back it up: without it no credential can be opened.`)
  }, Effect.provide(Settings.layer))
).pipe(Command.withDescription("Write a new key file to VENDO_KEK_FILE; one that is there is never replaced"))

/** Everything below `vendo-server`; without a subcommand it starts. */
export const command = Command.make("vendo-server", {}, () => Layer.launch(Server.layer)).pipe(
  Command.withDescription("Start the Vendo service, or prepare what it needs"),
  Command.withSubcommands([
    Command.make("database").pipe(
      Command.withDescription("Prepare a Postgres of your own"),
      Command.withSubcommands([prepare])
    ),
    Command.make("admin-token").pipe(
      Command.withDescription("Tokens of the management API"),
      Command.withSubcommands([createToken])
    ),
    Command.make("keys").pipe(Command.withDescription("The key file"), Command.withSubcommands([createKeys]))
  ])
)
