/** What the environment may say, read once at start. */
import { Config, Context, Layer, type Option, type Redacted, Schema } from "effect"

/** Each surface can be run alone, since they scale apart. Health is always there. */
export const Surface = Schema.Literals(["credentials", "api"])
export type Surface = typeof Surface.Type

const config = Config.all({
  /** `production` makes no demo data, prints no key and invents no key file for a database of its own. */
  environment: Config.Literals(["development", "production"], "VENDO_ENV").pipe(Config.withDefault("development")),
  host: Config.NonEmptyString("HOST").pipe(Config.withDefault("127.0.0.1")),
  port: Config.Port("PORT").pipe(Config.withDefault(4000)),
  dataDir: Config.NonEmptyString("VENDO_DATA_DIR").pipe(Config.withDefault(".vendo")),
  /** None puts it into `dataDir`. */
  keyFile: Config.option(Config.NonEmptyString("VENDO_KEK_FILE")),
  /** None runs the embedded Postgres in `dataDir`. */
  databaseUrl: Config.option(Config.Redacted("DATABASE_URL")),
  /** With a domain the host name chooses the surface; without, a path prefix does. */
  domain: Config.option(Config.NonEmptyString("VENDO_DOMAIN")),
  surfaces: Config.Array(Surface, "VENDO_SURFACES").pipe(Config.withDefault(Surface.literals)),
  /** Requests in flight beyond which new ones are shed. */
  maxInFlight: Config.Int("VENDO_MAX_IN_FLIGHT").pipe(Config.withDefault(1024))
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
  }
>()("@vendodev/server/Settings") {
  static readonly layer = Layer.effect(Settings, config)
}
