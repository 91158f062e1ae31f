/** Which server is meant, and with whose token: from the command line, the environment, or a development start. */
import { Config, Context, Effect, FileSystem, Layer, Option, Path, type Redacted, Result, Schema } from "effect"
import { Failure } from "./Failure.ts"
import { Url } from "./flags.ts"

/** A secret and the place it was read from, which may be shown. */
export interface Sourced {
  readonly token: Redacted.Redacted
  readonly from: string
}

interface Address {
  readonly url: string
  readonly credentialsUrl: string
  readonly from: string
}

/** What a development start writes into its data directory. */
const DevFile = Schema.fromJsonString(
  Schema.Struct({
    baseUrl: Schema.String,
    credentialsUrl: Schema.String,
    adminToken: Schema.RedactedFromValue(Schema.String)
  })
)
export type DevFile = typeof DevFile.Type

/** Everything that was said about the server, before anything is made of it. */
export interface Said {
  readonly flag: Option.Option<string>
  /** What a tool knows it by. Nobody else asks for that. */
  readonly baseUrl?: Option.Option<string>
  readonly url: Option.Option<string>
  readonly credentialsUrl: Option.Option<string>
  readonly adminToken: Option.Option<Redacted.Redacted>
  readonly dev: Option.Option<DevFile>
  /** Where `dev` was looked for. */
  readonly devPath: string
}

const failure = (detail: string, fix: string) => new Failure({ code: "not_configured", detail, fix })

const address = (text: string, from: string): Result.Result<string, Failure> => {
  const wrong = (why: string) => Result.fail(failure(`${from} ${why}`, "write it like http://127.0.0.1:4000"))
  if (!URL.canParse(text)) return wrong("is not an address")
  const url = new URL(text)
  if (url.protocol !== "http:" && url.protocol !== "https:") return wrong("is neither http nor https")
  if (url.username !== "" || url.password !== "") return wrong("holds a user or a password, which would be ignored")
  if (url.search !== "" || url.hash !== "") return wrong("holds a query or a fragment, which would be ignored")
  return Result.succeed(url.href.replace(/\/+$/, ""))
}

const here = /^(?:(?:[^.]+\.)*localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1?\])$/

/** A file in the working directory may name this machine; whoever wrote it gets no token sent elsewhere. */
const devAddress = (dev: DevFile, path: string): Result.Result<Address, Failure> =>
  Result.gen(function* () {
    const url = yield* address(dev.baseUrl, path)
    const credentialsUrl = yield* address(dev.credentialsUrl, path)
    if ([url, credentialsUrl].every((text) => here.test(new URL(text).hostname))) {
      return { url, credentialsUrl, from: path }
    }
    return yield* Result.fail(
      failure(`${path} names another machine`, "set VENDO_URL and VENDO_ADMIN_TOKEN if that is what you want")
    )
  })

/** The address that was meant: the flag, else VENDO_BASE_URL of a tool, else VENDO_URL, else the development server. */
const locate = ({ baseUrl, credentialsUrl, dev, devPath, flag, url }: Said): Result.Result<Address, Failure> =>
  Result.gen(function* () {
    if (Option.isSome(flag)) {
      const base = yield* address(flag.value, "--url")
      return { url: base, credentialsUrl: `${base}/credentials`, from: "--url" }
    }
    if (baseUrl !== undefined && Option.isSome(baseUrl)) {
      // The SDKs take the address with or without it.
      const base = (yield* address(baseUrl.value, "VENDO_BASE_URL")).replace(/\/api$/, "")
      return { url: base, credentialsUrl: `${base}/credentials`, from: "VENDO_BASE_URL" }
    }
    if (Option.isSome(url)) {
      const base = yield* address(url.value, "VENDO_URL")
      const credentials = Option.isSome(credentialsUrl)
        ? yield* address(credentialsUrl.value, "VENDO_CREDENTIALS_URL")
        : `${base}/credentials`
      return { url: base, credentialsUrl: credentials, from: "VENDO_URL" }
    }
    if (Option.isSome(dev)) return yield* devAddress(dev.value, devPath)
    const [variable, all] =
      baseUrl === undefined ? ["VENDO_URL", "VENDO_URL and VENDO_ADMIN_TOKEN"] : ["VENDO_BASE_URL", "VENDO_BASE_URL"]
    return yield* Result.fail(
      failure(
        `no server is known: ${variable} is not set, and ${devPath} can not be read`,
        `start one here with \`pnpm start\`, which writes that file, or set ${all}`
      )
    )
  })

const isAt = (url: string, other: string) => URL.canParse(other) && new URL(other).origin === new URL(url).origin

/** The server and the admin token for it. A token found in a file is for the server that wrote the file. */
export const choose = (said: Said): Result.Result<Server["Service"], Failure> =>
  Result.map(locate(said), (address) => ({
    ...address,
    adminToken: Option.orElse(
      Option.map(said.adminToken, (token) => ({ token, from: "VENDO_ADMIN_TOKEN" })),
      () =>
        Option.map(
          Option.filter(said.dev, (dev) => isAt(address.url, dev.baseUrl)),
          (dev) => ({ token: dev.adminToken, from: said.devPath })
        )
    )
  }))

const environment = Config.all({
  url: Config.option(Config.String("VENDO_URL")),
  credentialsUrl: Config.option(Config.String("VENDO_CREDENTIALS_URL")),
  adminToken: Config.option(Config.Redacted("VENDO_ADMIN_TOKEN")),
  dataDir: Config.String("VENDO_DATA_DIR").pipe(Config.withDefault(".vendo"))
})

const asSaid = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const { dataDir, ...said } = yield* Effect.orDie(environment)
  const devPath = (yield* Path.Path).join(dataDir, "dev.json")
  const dev = yield* fs.readFileString(devPath).pipe(Effect.flatMap(Schema.decodeUnknownEffect(DevFile)), Effect.option)
  return { ...said, flag: yield* Url, dev, devPath }
})

const choosing = (said: Said) => Effect.fromResult(choose(said))

/** Unset and blank are the same. */
const ofTool = Effect.map(
  Effect.orDie(Config.option(Config.String("VENDO_BASE_URL"))),
  Option.filter((text) => text.trim() !== "")
)

export class Server extends Context.Service<
  Server,
  {
    /** Without a slash at the end. */
    readonly url: string
    /** Where tokens are vended, which may be a host of its own. */
    readonly credentialsUrl: string
    /** What named the address. */
    readonly from: string
    readonly adminToken: Option.Option<Sourced>
  }
>()("@vendodev/cli/Server") {
  static readonly layer = Layer.effect(Server, Effect.flatMap(asSaid, choosing))

  /** As a tool knows it. */
  static readonly layerOfTool = Layer.effect(
    Server,
    Effect.gen(function* () {
      return yield* choosing({ ...(yield* asSaid), baseUrl: yield* ofTool })
    })
  )
}
