/** The running service: keys, database, broker, listener, in the order in which each must hold for the next. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect, Layer, Option, Path } from "effect"
import { HttpServer } from "effect/http"
import * as Broker from "@vendodev/broker/Broker"
import { verifyKeyring } from "@vendodev/broker/vault/verifyKeyring"
import * as brokerSettings from "./brokerSettings.ts"
import * as composioReport from "./composioReport.ts"
import * as Database from "./Database.ts"
import * as Demo from "./Demo.ts"
import { Draining } from "./Draining.ts"
import * as Http from "./Http.ts"
import * as Keys from "./Keys.ts"
import * as launcher from "./launch/launcher.ts"
import * as Notifications from "./Notifications.ts"
import * as Observability from "./Observability.ts"
import { Settings } from "./Settings.ts"
import * as Welcome from "./Welcome.ts"

const welcome = Effect.gen(function* () {
  const settings = yield* Settings
  const server = yield* HttpServer.HttpServer
  const { join } = yield* Path.Path
  const address = HttpServer.formatAddress(server.address)
  const baseUrl = Option.match(settings.domain, { onNone: () => address, onSome: (domain) => `https://${domain}` })
  const credentialsUrl = Option.match(settings.domain, {
    onNone: () => `${address}/credentials`,
    onSome: (domain) => `https://credentials.${domain}`
  })
  const demo =
    settings.environment === "production"
      ? Option.none()
      : yield* Demo.prepare(settings.dataDir, baseUrl, credentialsUrl)
  yield* Console.log(
    Welcome.text(
      {
        baseUrl,
        credentialsUrl,
        dataDir: settings.dataDir,
        keyFile: yield* Keys.path,
        database: Option.isSome(settings.databaseUrl)
          ? "as configured in DATABASE_URL"
          : join(settings.dataDir, "postgres"),
        providers: settings.providersUrl,
        composio: settings.composioIsSimulated ? "simulated" : Option.isSome(settings.composioKey) ? "real" : "none"
      },
      demo
    )
  )
})

/**
 * Readiness turns first. In production a balancer is given the time to see it and look elsewhere; then the listener
 * closes and requests under way are finished.
 */
const drain = Layer.effectDiscard(
  Effect.gen(function* () {
    const draining = yield* Draining
    const { environment } = yield* Settings
    const noticed = environment === "production" ? Effect.sleep("1 second") : Effect.void
    yield* Effect.addFinalizer(() =>
      draining.start.pipe(Effect.andThen(Effect.logInfo("draining")), Effect.andThen(noticed))
    )
  })
)

/** The broker as the settings have it, over its database and its keys, and at its work. */
export const broker = Broker.background.pipe(
  Layer.provideMerge(Broker.layer),
  Layer.provide([brokerSettings.layer, Notifications.layer]),
  Layer.provideMerge(Layer.effectDiscard(verifyKeyring)),
  Layer.provideMerge(Database.layer),
  Layer.provideMerge(Keys.layer)
)

export const layer = Layer.mergeAll(Layer.effectDiscard(welcome), composioReport.layer).pipe(
  Layer.provideMerge(drain),
  Layer.provideMerge(Layer.provide(Http.layer, launcher.layer)),
  Layer.provideMerge(Http.listener),
  Layer.provide(Draining.layer),
  Layer.provide(broker),
  Layer.provide(Observability.layer),
  Layer.provide(Settings.layer),
  Layer.provide(NodeServices.layer)
)
