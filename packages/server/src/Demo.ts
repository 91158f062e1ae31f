/**
 * What a first start makes, so that the first token takes one paste: a tenant,
 * an app, three bound connections and a key; and one connection more, where
 * Composio is simulated. Development only, and only on the embedded database.
 * Repeating it changes nothing.
 */
import { Config, Effect, FileSystem, Option, Path, Redacted, Schema } from "effect"
import { mintAdminToken } from "@vendodev/broker/access/AdminTokens"
import { Tenancy } from "@vendodev/broker/database/Tenancy"
import { AppKeys } from "@vendodev/broker/manage/AppKeys"
import { Apps } from "@vendodev/broker/manage/Apps"
import { Bindings } from "@vendodev/broker/manage/Bindings"
import { Connections } from "@vendodev/broker/manage/Connections"
import { Tenants } from "@vendodev/broker/manage/Tenants"
import type { ValidationFailed } from "@vendodev/domain/BrokerError"
import { type AppId, ComposioAccountId, DisplayName, Slug } from "@vendodev/domain/Ids"
import type { Profile } from "@vendodev/domain/Profile"
import { Administrator } from "./Database.ts"
import { Settings, SettingsInvalid } from "./Settings.ts"

/** `<data dir>/dev.json`: what scripts and the command line need to talk to a development server. */
const DevFile = Schema.fromJsonString(
  Schema.Struct({
    baseUrl: Schema.String,
    credentialsUrl: Schema.String,
    /** Of simulated providers. */
    providersUrl: Schema.optionalKey(Schema.String),
    adminToken: Schema.RedactedFromValue(Schema.String),
    apps: Schema.Array(Schema.Struct({ slug: Schema.String, key: Schema.RedactedFromValue(Schema.String) }))
  })
)
export type DevFile = typeof DevFile.Type

export interface Demo extends DevFile {
  /** Whether the key was made just now, and is shown. */
  readonly fresh: boolean
  readonly path: string
  /** Whether there is a connection whose tokens expire and are refreshed. */
  readonly refreshes: boolean
}

interface Wanted {
  readonly slug: string
  readonly profile: Profile
  readonly credential?: Redacted.Redacted
  readonly account?: ComposioAccountId
}

/** The simulator has an account of that name as soon as somebody asks for it. */
const simulated: Wanted = {
  slug: "google",
  profile: "composio_managed",
  account: ComposioAccountId.make("ca_demo_google")
}

const app = Slug.make("demo-tool")

const placeholder = (what: string) => `placeholder-${what}-replace-me`

const pasted = Effect.gen(function* () {
  const given = yield* Config.option(Config.Redacted("OPENAI_API_KEY"))
  const openai = Option.filter(given, (key) => Redacted.value(key).trim() !== "")
  const list: ReadonlyArray<Wanted> = [
    {
      slug: "openai",
      profile: "byok_static",
      credential: Option.getOrElse(openai, () => Redacted.make(placeholder("openai-key")))
    },
    // Well-formed and nobody's: the number is the bot's id, of which Telegram has issued none so small.
    { slug: "telegram", profile: "byok_static", credential: Redacted.make(`10:${placeholder("telegram-token")}`) },
    { slug: "notion", profile: "oauth_app_install", credential: Redacted.make(placeholder("notion-token")) }
  ]
  return list
})

/** Only what came from outside can be at fault. */
const notPasteable = ({ detail }: ValidationFailed) =>
  Effect.fail(new SettingsInvalid({ problems: [`OPENAI_API_KEY: ${detail}`] }))

/** Connects and binds what is wanted and not there, and does what else belongs to the same transaction. */
const seed = Effect.fn("Demo.seed")(function* <A, E, R>(
  adminToken: Redacted.Redacted,
  wanted: ReadonlyArray<Wanted>,
  also: (app: AppId) => Effect.Effect<A, E, R>
) {
  const tenancy = yield* Tenancy
  const tenants = yield* Tenants
  const apps = yield* Apps
  const connections = yield* Connections
  const bindings = yield* Bindings
  const tenant = yield* tenants.create(adminToken, { slug: Slug.make("demo"), name: DisplayName.make("Demo") })

  return yield* tenancy.asAdmin(
    adminToken,
    tenant.id
  )(
    Effect.gen(function* () {
      const { id } = yield* apps.create({ slug: app, name: DisplayName.make("Demo tool"), kind: "production" })
      const bound = yield* bindings.list(id)
      for (const { account, credential, profile, slug } of wanted) {
        if (bound.some((binding) => binding.slug === slug)) continue
        const connection = yield* connections
          .create({
            slug,
            name: DisplayName.make("demo"),
            profile: Option.some(profile),
            credential: Option.fromUndefinedOr(credential),
            account
          })
          .pipe(Effect.catchTag("validation_failed", notPasteable))
        yield* bindings.set(id, connection.slug, connection.id)
      }
      return yield* also(id)
    })
  )
})

/** A demo of an earlier start may lack what only this one wants. That it can not be had is no reason not to start. */
const complete = (adminToken: Redacted.Redacted, wanted: ReadonlyArray<Wanted>) =>
  wanted.length === 0
    ? Effect.succeed(false)
    : Effect.match(
        seed(adminToken, wanted, () => Effect.void),
        { onFailure: () => false, onSuccess: () => true }
      )

/** The demo as it is, or as it is now made. None where the database has an administrator of its own. */
export const prepare = Effect.fn("Demo.prepare")(function* (dataDir: string, baseUrl: string, credentialsUrl: string) {
  const administrator = yield* Administrator
  if (Option.isNone(administrator.run)) return Option.none<Demo>()
  const fs = yield* FileSystem.FileSystem
  const path = (yield* Path.Path).join(dataDir, "dev.json")

  const known = yield* fs.readFileString(path).pipe(Effect.flatMap(Schema.decodeUnknownEffect(DevFile)), Effect.option)
  const adminToken = Option.isSome(known)
    ? known.value.adminToken
    : yield* administrator.run.value(mintAdminToken("development"))
  const { composioIsSimulated, providersUrl } = yield* Settings
  const refreshed = composioIsSimulated ? [simulated] : []
  const keys = yield* AppKeys
  const apps = Option.isSome(known)
    ? known.value.apps
    : [
        {
          slug: app,
          key: (yield* seed(adminToken, [...(yield* pasted), ...refreshed], (id) =>
            keys.mint({ app: id }, Option.none())
          )).key
        }
      ]
  const refreshes = Option.isSome(known) ? yield* complete(adminToken, refreshed) : refreshed.length > 0
  const file = {
    baseUrl,
    credentialsUrl,
    ...(Option.isSome(providersUrl) ? { providersUrl: providersUrl.value } : {}),
    adminToken,
    apps
  }

  // Written beside and renamed: a crash leaves the old file or the new one.
  const text = yield* Schema.encodeEffect(DevFile)(file)
  yield* fs.writeFileString(`${path}.new`, `${text}\n`, { mode: 0o600 })
  yield* fs.rename(`${path}.new`, path)
  return Option.some<Demo>({ ...file, fresh: Option.isNone(known), path, refreshes })
})
