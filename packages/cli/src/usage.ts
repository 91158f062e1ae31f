/**
 * What is wrong with a command line, in a sentence. Nothing that was typed as
 * a value is repeated: it may be a secret that came to the wrong place.
 */
import type { CliError } from "effect/cli"
import { shown } from "./shown.ts"

const meant = (suggestions: ReadonlyArray<string>) =>
  suggestions.length === 0 ? "" : `; did you mean ${suggestions.join(" or ")}?`

const position = ({ kind, option }: CliError.InvalidValue) => (kind === "flag" ? `--${option}` : `<${option}>`)

const sentence = (error: CliError.NonShowHelpErrors): string => {
  switch (error._tag) {
    case "UnrecognizedOption":
      return `unknown flag ${shown(error.option)}${meant(error.suggestions)}`
    case "UnknownSubcommand":
      return `unknown command ${shown(error.subcommand)}${meant(error.suggestions)}`
    case "MissingOption":
      return `--${error.option} is missing`
    case "MissingArgument":
      return `<${error.argument}> is missing`
    case "InvalidValue":
      return error.value === "" ? `${position(error)} needs a value` : `${position(error)} takes ${error.expected}`
    case "UnexpectedArgument":
      return "there are more arguments than the command takes (not repeated here); a secret never goes on the command line"
    case "DuplicateOption":
      return `--${error.option} means two things`
    case "ValidationError":
    case "UserError":
      return error.message
  }
}

/** The first mistake; the others are often its echo. */
export const usage = ({
  commandPath,
  errors
}: CliError.ShowHelp): { readonly detail: string; readonly fix: string } => {
  const [first] = errors
  return {
    detail: first === undefined ? "a command is missing" : sentence(first),
    fix: `see \`${commandPath.join(" ")} --help\``
  }
}
