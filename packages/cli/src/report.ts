/** How a failure is told: to people on stderr, to programs on stdout, to the shell by the exit code. */
import { Console, Effect, Schema } from "effect"
import { CliError } from "effect/cli"
import { HttpClientError } from "effect/http"
import { BoundTo, BrokerError, type ErrorCode, errorTable, Taken } from "@vendodev/domain/BrokerError"
import { letGo } from "./advice.ts"
import { printJson } from "./answer.ts"
import { Advised, exits, Failure, NoManifest } from "./Failure.ts"
import { explain } from "./Http.ts"
import { plain } from "./table.ts"
import { usage } from "./usage.ts"

export type Reportable =
  | BrokerError
  | Advised
  | Failure
  | NoManifest
  | HttpClientError.HttpClientError
  | Schema.SchemaError
  | CliError.CliError

export interface Report {
  readonly exit: number
  /** What is told before it, a line each. */
  readonly above?: ReadonlyArray<string>
  readonly error: {
    readonly code: string
    readonly detail: string
    readonly fix: string
    readonly [field: string]: unknown
  }
}

const remedies = new Map<string, string>(errorTable.map(({ code, remedy }) => [code, remedy]))

/** What to run, where the remedy of the row speaks to tools and a person has a command. */
const commands: { readonly [Code in ErrorCode]?: string } = {
  app_unknown: "vendo key mint --app <app>",
  app_revoked: "vendo key mint --app <app>",
  app_expired: "vendo key mint --app <app>",
  binding_missing: "vendo binding set <integration> --app <app> --connection <connection>",
  connection_needs_reauth: "vendo connection reconnect <connection> --account <ca_…>",
  connection_revoked: "vendo connection create <integration>",
  provider_unknown: "vendo integration list",
  session_required: "vendo status"
}

/** Of what is in use: by whom is known, and of what it is not. */
const commandFor = (error: BrokerError): string | undefined =>
  error._tag === "connection_in_use"
    ? error.bound_to === null
      ? undefined
      : letGo("<integration>", error.bound_to).join("\n")
    : commands[error._tag]

const isBrokerError = Schema.is(BrokerError)
const encode = Schema.encodeSync(BrokerError)

/** These decide how the answer is framed, and say nothing to whoever reads it. */
const framing = new Set(["challenge", "part", "allow"])

const refused = (error: BrokerError): Report => {
  const { _tag: code, detail, ...fields } = encode(error)
  const more = Object.entries(fields).filter(([name]) => !framing.has(name))
  const run = commandFor(error)
  return {
    exit: exits.refused,
    error: {
      code,
      detail,
      fix: remedies.get(code) ?? "",
      ...Object.fromEntries(more),
      ...(run === undefined ? {} : { run })
    }
  }
}

/** In the place of what the row says to everybody. */
const advised = ({ error, give, run }: Advised): Report => {
  const report = refused(error)
  return {
    ...report,
    error: {
      ...report.error,
      ...(give.length === 0 ? {} : { give }),
      ...(run.length === 0 ? {} : { run: run.join("\n") })
    }
  }
}

const faulty = ({ file, invalid }: NoManifest): Report => ({
  exit: exits.usage,
  above: invalid.lines(file),
  error: {
    code: "usage",
    detail: "this is no manifest yet",
    fix: "correct these lines",
    problems: invalid.problems,
    ...(invalid.more === 0 ? {} : { more: invalid.more })
  }
})

const failed = ({ code, detail, exit, fix }: Failure): Report => ({ exit, error: { code, detail, fix } })

export const reportOf = (error: Reportable): Report => {
  if (isBrokerError(error)) return refused(error)
  if (CliError.isCliError(error)) {
    const said = error._tag === "ShowHelp" ? usage(error) : { detail: error.message, fix: "see `vendo --help`" }
    return { exit: exits.usage, error: { code: "usage", ...said } }
  }
  switch (error._tag) {
    case "Failure":
      return failed(error)
    case "Advised":
      return advised(error)
    case "NoManifest":
      return faulty(error)
    case "HttpClientError":
      return failed(explain(error))
    case "SchemaError":
      return failed(
        new Failure({
          code: "unreachable",
          detail: "whoever answered is not Vendo, or of another version",
          fix: "correct the address (--url or VENDO_URL); `vendo status` shows it"
        })
      )
  }
}

const isBoundTo = Schema.is(BoundTo)
const isTaken = Schema.is(Taken)
const isList = Schema.is(Schema.Array(Schema.Unknown))

const text = (value: unknown): string => {
  if (isList(value)) return value.map(text).join(", ")
  if (isTaken(value)) return `${value.slug} by ${value.bound_to === null ? "somebody else" : text(value.bound_to)}`
  return isBoundTo(value) ? `${value.app_slug} (${value.app_name}, ${value.app_id})` : String(value)
}

const line = (name: string, value: unknown): string => `${name}: ${plain(text(value))}`

/** For programs alone: people are told the faults of a manifest above. */
const untold = new Set(["code", "problems", "more"])

/** Of what to do, each on a line of its own. */
const each = (name: string, value: unknown): ReadonlyArray<unknown> =>
  name === "run" ? String(value).split("\n") : name === "give" && isList(value) ? value : [value]

/** The report as people read it: what happened, then what to do about it. */
export const lines = ({ above = [], error: { detail, fix, ...more } }: Report): string =>
  [
    ...above.map(plain),
    line("error", detail),
    ...(fix === "" ? [] : [line("fix", fix)]),
    ...Object.entries(more).flatMap(([name, value]) =>
      untold.has(name) || value === null || value === undefined
        ? []
        : each(name, value).map((value) => line(name, value))
    )
  ].join("\n")

/** Tells the failure, and answers the exit code. */
export const tell = Effect.fn("report.tell")(function* (report: Report, json: boolean) {
  yield* Console.error(lines(report))
  if (json) yield* printJson({ error: report.error })
  return report.exit
})
