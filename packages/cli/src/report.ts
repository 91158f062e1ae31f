/** How a failure is told: to people on stderr, to programs on stdout, to the shell by the exit code. */
import { Console, Effect, Schema } from "effect"
import { CliError } from "effect/cli"
import { HttpClientError } from "effect/http"
import { BoundTo, BrokerError, type ErrorCode, errorTable, Taken } from "@vendodev/domain/BrokerError"
import { printJson } from "./answer.ts"
import { exits, Failure } from "./Failure.ts"
import { explain } from "./Http.ts"
import { plain } from "./table.ts"
import { usage } from "./usage.ts"

export type Reportable =
  | BrokerError
  | Failure
  | HttpClientError.HttpClientError
  | Schema.SchemaError
  | CliError.CliError

export interface Report {
  readonly exit: number
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
  connection_in_use: "vendo binding remove <integration> --app <app>",
  connection_needs_reauth: "vendo connection reconnect <connection> --account <ca_…>",
  connection_revoked: "vendo connection create <integration>",
  provider_unknown: "vendo integration list",
  session_required: "vendo status"
}

const isBrokerError = Schema.is(BrokerError)
const encode = Schema.encodeSync(BrokerError)

/** These decide how the answer is framed, and say nothing to whoever reads it. */
const framing = new Set(["challenge", "part", "allow"])

const refused = (error: BrokerError): Report => {
  const { _tag: code, detail, ...fields } = encode(error)
  const more = Object.entries(fields).filter(([name]) => !framing.has(name))
  const run = commands[code]
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

/** The report as people read it: what happened, then what to do about it. */
export const lines = ({ error: { detail, fix, ...more } }: Report): string =>
  [
    line("error", detail),
    ...(fix === "" ? [] : [line("fix", fix)]),
    ...Object.entries(more).flatMap(([name, value]) =>
      name === "code" || value === null || value === undefined ? [] : [line(name, value)]
    )
  ].join("\n")

/** Tells the failure, and answers the exit code. */
export const tell = Effect.fn("report.tell")(function* (report: Report, json: boolean) {
  yield* Console.error(lines(report))
  if (json) yield* printJson({ error: report.error })
  return report.exit
})
