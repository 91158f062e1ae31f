/** What help says beyond flags and subcommands, and where it goes. */
import { Console, Effect, Layer } from "effect"
import { CliConfig, CliOutput, Flag, GlobalFlag } from "effect/cli"
import { exits } from "./Failure.ts"
import { facts } from "./table.ts"

const environment = [
  ["VENDO_URL", "The server; otherwise the one started here in development"],
  ["VENDO_ADMIN_TOKEN", "What every command but run, token, integration and validate acts with"],
  ["VENDO_API_KEY", "The key `vendo run` and `vendo token` ask with"],
  ["VENDO_BASE_URL", "The server of `vendo run`, before VENDO_URL: tools know it by this name"],
  ["VENDO_TENANT", "Stands in for --tenant"],
  ["VENDO_CREDENTIALS_URL", "Where tokens are vended, when that is not VENDO_URL/credentials"],
  ["VENDO_DATA_DIR", "Where a development server keeps dev.json (default: .vendo)"]
] as const

const endings = [
  [String(exits.done), "Done"],
  [String(exits.refused), "Refused by the service, or it knows no such thing; a manifest is not valid"],
  [String(exits.usage), "The command line or its environment is at fault"],
  [String(exits.unreachable), "The service does not answer"]
] as const

const section = (title: string, rows: ReadonlyArray<readonly [string, string]>) =>
  `\n${title}\n${facts(rows).replaceAll(/^/gm, "  ")}`

/** A mistake in a command line is told with every other failure, so only help and version are printed here. */
const presenter: CliOutput.Presenter = {
  present: Effect.fnUntraced(function* (event) {
    if (event._tag === "InvalidInvocation") return
    yield* CliOutput.defaultPresenter.present(event)
    if (event._tag !== "Help" || event.commandPath.length > 1) return
    yield* Console.log(section("ENVIRONMENT", environment))
    yield* Console.log(section("EXIT CODES", endings))
  })
}

const completions = { ...GlobalFlag.Completions, flag: Flag.withMetavar(GlobalFlag.Completions.flag, "<shell>") }

export const layer = Layer.merge(
  CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, completions] }),
  CliOutput.layerPresenter(presenter)
)
