/** What the environment may say, read once at start. */
import { Array, Config, Context, Effect, Layer, Option, type Redacted, Result, Schema, Struct } from "effect"
import type { ExternalIssuer } from "@vendodev/broker/access/UserIdentitySettings"
import { launchingOf, launchingSaid, type LaunchSettings } from "./launchSettings.ts"
import type { OAuthClient } from "@vendodev/broker/connect/ConnectSettings"
import {
  composioIsSimulated,
  composioKey,
  composioUrl,
  providersUrl,
  publicUrl,
  type Telemetry,
  telemetry,
  userIssuer
} from "./outsideSettings.ts"
import { authConfigs, oauthClients, returnOrigins } from "./connectSettings.ts"
import { expecting, type Problems } from "./setting.ts"

/** Each surface can be run alone, since they scale apart. Health is always there. */
export const Surface = Schema.Literals(["credentials", "api"])
export type Surface = typeof Surface.Type

/** The environment says what can not be used. All faults at once, each naming its variable; no value is repeated. */
export class SettingsInvalid extends Schema.TaggedError<SettingsInvalid>()("SettingsInvalid", {
  problems: Schema.Array(Schema.String)
}) {
  override get message() {
    return this.problems.join("\n")
  }
}

const Port = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 }))
const Limit = Schema.Int.check(Schema.isGreaterThan(0))

const settings = {
  /** `production` makes no demo data, prints no key and invents no key file for a database of its own. */
  environment: Config.Literals(["development", "production"], "VENDO_ENV").pipe(
    Config.withDefault("development"),
    expecting("VENDO_ENV must be development or production")
  ),
  host: Config.NonEmptyString("HOST").pipe(
    Config.withDefault("127.0.0.1"),
    expecting("HOST must be the address to listen on")
  ),
  /** 0 lets the system choose. */
  port: Config.schema(Port, "PORT").pipe(
    Config.withDefault(4000),
    expecting("PORT must be a number from 1 to 65535, or 0 for any that is free")
  ),
  dataDir: Config.NonEmptyString("VENDO_DATA_DIR").pipe(
    Config.withDefault(".vendo"),
    expecting("VENDO_DATA_DIR must be a directory")
  ),
  /** None puts it into `dataDir`. */
  keyFile: Config.option(Config.NonEmptyString("VENDO_KEK_FILE")).pipe(expecting("VENDO_KEK_FILE must be a file")),
  /** None runs the embedded Postgres in `dataDir`. */
  databaseUrl: Config.option(Config.Redacted("DATABASE_URL")).pipe(expecting("DATABASE_URL must be a URL")),
  /** With a domain the host name chooses the surface; without, a path prefix does. */
  domain: Config.option(Config.NonEmptyString("VENDO_DOMAIN")).pipe(expecting("VENDO_DOMAIN must be a host name")),
  surfaces: Config.Array(Surface, "VENDO_SURFACES").pipe(
    Config.withDefault(Surface.literals),
    expecting(`VENDO_SURFACES must be a comma-separated list of ${Surface.literals.join(", ")}`)
  ),
  /** Requests in flight beyond which new ones are shed. */
  maxInFlight: Config.schema(Limit, "VENDO_MAX_IN_FLIGHT").pipe(
    Config.withDefault(1024),
    expecting("VENDO_MAX_IN_FLIGHT must be a whole number above 0")
  ),
  composioKey,
  composioUrl,
  composioIsSimulated,
  providersUrl,
  publicUrl,
  returnOrigins,
  authConfigs,
  oauthClients,
  userIssuer,
  telemetry,
  ...launchingSaid
}

/** Who says nothing of where people reach it is reached by its domain, or else where it listens. */
const reachedAt = (
  said: Option.Option<string>,
  { domain, host, port }: { readonly domain: Option.Option<string>; readonly host: string; readonly port: number }
): Option.Option<string> => {
  const listens = port === 0 || wildcards.has(host) ? Option.none() : Option.some(`http://${authority(host)}:${port}`)
  return Option.firstSomeOf([said, Option.map(domain, (domain) => `https://${domain}`), listens])
}

/** To listen on all addresses is no address. */
const wildcards = new Set(["0.0.0.0", "::"])
const authority = (host: string) => (host.includes(":") ? `[${host}]` : host)

/** The issuer of the user tokens made here. Without an address it is still a name. */
const ownIssuer = Option.getOrElse(() => "urn:vendo")

const read = Effect.gen(function* () {
  const results = yield* Effect.all(settings, { mode: "result" })
  const invalid = (problems: ReadonlyArray<Problems>) => new SettingsInvalid({ problems: problems.flat() })
  const all = yield* Effect.mapError(Effect.fromResult(Result.all(results)), () =>
    invalid(Array.getFailures(Object.values<Result.Result<unknown, Problems>>(results)))
  )
  const publicUrl = reachedAt(all.publicUrl, all)
  const issuer = ownIssuer(publicUrl)
  if (Option.exists(all.userIssuer, (external) => external.issuer === issuer)) {
    return yield* invalid(["VENDO_USER_JWT_ISSUER is this installation itself; its own user tokens are good anyway"])
  }
  if (all.environment === "production" && Option.isSome(all.providersUrl)) {
    return yield* invalid([
      "VENDO_PROVIDERS_URL is for development; with VENDO_ENV=production credentials go nowhere else"
    ])
  }
  const launching = yield* Effect.mapError(Effect.fromResult(launchingOf({ ...all, publicUrl })), (problems) =>
    invalid([problems])
  )
  return { ...Struct.omit(all, Struct.keys(launchingSaid)), publicUrl, ownIssuer: issuer, launching }
})

export class Settings extends Context.Service<
  Settings,
  {
    readonly environment: "development" | "production"
    readonly host: string
    readonly port: number
    readonly dataDir: string
    readonly keyFile: Option.Option<string>
    readonly databaseUrl: Option.Option<Redacted.Redacted>
    readonly domain: Option.Option<string>
    readonly surfaces: ReadonlyArray<Surface>
    readonly maxInFlight: number
    readonly composioKey: Option.Option<Redacted.Redacted>
    readonly composioUrl: string
    readonly composioIsSimulated: boolean
    readonly providersUrl: Option.Option<string>
    readonly publicUrl: Option.Option<string>
    readonly returnOrigins: ReadonlyArray<string>
    readonly authConfigs: ReadonlyMap<string, string>
    readonly oauthClients: ReadonlyMap<string, OAuthClient>
    readonly userIssuer: Option.Option<ExternalIssuer>
    readonly ownIssuer: string
    readonly launching: LaunchSettings
    readonly telemetry: Option.Option<Telemetry>
  }
>()("@vendodev/server/Settings") {
  static readonly layer = Layer.effect(Settings, read)
}
