/** Everything that is wrong with a manifest, each where it stands. Nothing of it repeats a value but a plain name. */
import { Schema } from "effect"

export const Problem = Schema.Struct({
  /** From 1. */
  line: Schema.Int,
  /** From 1, in UTF-16 code units, as editors count. */
  column: Schema.Int,
  /** `env.required[0]`, items from 0; empty where the file as a whole is meant. */
  path: Schema.String,
  message: Schema.String
})
export type Problem = typeof Problem.Type

export class ManifestInvalid extends Schema.TaggedError<ManifestInvalid>()("ManifestInvalid", {
  /** In the order of the file, 50 at most. */
  problems: Schema.NonEmptyArray(Problem),
  /** How many there are besides. */
  more: Schema.Int
}) {
  override get message() {
    return this.lines("vendo.yaml").join("\n")
  }

  /** A line for each problem, as compilers write them, and one for those that were left out. */
  lines(file: string): ReadonlyArray<string> {
    return [
      ...this.problems.map(
        ({ column, line, message, path }) => `${file}:${line}:${column}: ${path === "" ? "" : `${path}: `}${message}`
      ),
      ...(this.more === 0 ? [] : [`and ${this.more} more`])
    ]
  }
}
