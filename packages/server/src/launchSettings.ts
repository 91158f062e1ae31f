/** Settings about who starts what is installed, and how. */
import { Config, Effect, Option, Record, Result } from "effect"
import { LauncherName } from "@vendodev/domain/Deployment"
import { isUrl } from "./outsideSettings.ts"
import { checked, expecting, fromVariable, type Problems } from "./setting.ts"

/** Where a Docker engine listens. */
export type EngineAddress = { readonly socketPath: string } | { readonly url: string }

export interface ProcessSettings {
  readonly launcher: "process"
  /** None for the `vendo` of this repository. */
  readonly program: Option.Option<string>
  /** All that a launched process is given of our own environment. */
  readonly inherited: Readonly<Record<string, string>>
}

export interface DockerSettings {
  readonly launcher: "docker"
  readonly engine: EngineAddress
  /** None for the engine's own choice. */
  readonly network: Option.Option<string>
  /** Where a container reaches this service. */
  readonly url: string
}

export type LaunchSettings = { readonly launcher: "none" } | ProcessSettings | DockerSettings

/** What a program needs to run here, and nothing that could be a secret. A list of what is given, not of what is not. */
const inheritable = ["PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "TERM"]

const inherited = Config.all(
  Record.fromIterableWith(inheritable, (name) => [name, Config.option(Config.String(name))])
).pipe(expecting(`${inheritable.join(", ")} must be text`), Effect.map(Record.getSomes))

const launcher = Config.option(Config.Literals(LauncherName.literals, "VENDO_LAUNCHER")).pipe(
  expecting(`VENDO_LAUNCHER must be one of ${LauncherName.literals.join(", ")}`)
)

const containerUrl = fromVariable("VENDO_CONTAINER_URL").pipe(
  checked(
    (url) => isUrl(url) && !url.endsWith("/"),
    "VENDO_CONTAINER_URL must be an http or https URL without a trailing slash, such as http://172.17.0.1:4000"
  )
)

/** As they were said, each for itself. */
export const launchingSaid = {
  launcher,
  inherited,
  containerUrl,
  runProgram: fromVariable("VENDO_RUN_PROGRAM"),
  dockerHost: fromVariable("DOCKER_HOST"),
  dockerNetwork: fromVariable("VENDO_DOCKER_NETWORK")
}

const engineOf = (text: string): EngineAddress | undefined => {
  const [, socketPath] = /^unix:\/\/(\/.+)$/.exec(text) ?? []
  if (socketPath !== undefined) return { socketPath }
  const [, authority] = /^tcp:\/\/([^/@?#\s]+:\d+)\/?$/.exec(text) ?? []
  const url = `http://${authority ?? ""}`
  return authority !== undefined && URL.canParse(url) ? { url } : undefined
}

interface Said {
  readonly environment: "development" | "production"
  readonly publicUrl: Option.Option<string>
  readonly launcher: Option.Option<LauncherName>
  readonly inherited: Readonly<Record<string, string>>
  readonly runProgram: Option.Option<string>
  readonly dockerHost: Option.Option<string>
  readonly dockerNetwork: Option.Option<string>
  readonly containerUrl: Option.Option<string>
}

/**
 * What follows from all of it. In development it is the person who started the
 * service that installs; elsewhere nobody starts programs unless told to. An
 * engine that is not used may be addressed in ways we do not know.
 */
export const launchingOf = (said: Said): Result.Result<LaunchSettings, Problems> => {
  const { dockerNetwork: network, environment, inherited, runProgram: program } = said
  const launcher = Option.getOrElse(said.launcher, () => (environment === "development" ? "process" : "none"))
  if (launcher === "none") return Result.succeed({ launcher })
  if (launcher === "process") return Result.succeed({ launcher, program, inherited })
  const engine = engineOf(Option.getOrElse(said.dockerHost, () => "unix:///var/run/docker.sock"))
  const url = Option.getOrUndefined(Option.orElse(said.containerUrl, () => said.publicUrl))
  if (engine !== undefined && url !== undefined) return Result.succeed({ launcher, engine, network, url })
  return Result.fail([
    ...(engine === undefined ? ["DOCKER_HOST must be unix:///<socket> or tcp://<host>:<port>"] : []),
    ...(url === undefined
      ? ["VENDO_CONTAINER_URL must be set, for it is not known where a container reaches this service"]
      : [])
  ])
}
