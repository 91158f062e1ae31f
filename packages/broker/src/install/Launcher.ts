/** Who starts what was installed. */
import { Context, Effect, Layer } from "effect"
import type { LauncherName } from "@vendodev/domain/Deployment"
import type { Installed, Launch, Launched } from "@vendodev/domain/Installation"

export interface Launching {
  readonly installed: Installed
  readonly launch: Launch
}

export class Launcher extends Context.Service<
  Launcher,
  {
    readonly name: LauncherName
    /**
     * Starts it, after everything of it was written. Asked again when the
     * installation is repeated: what runs already is left alone.
     */
    readonly launch: (launching: Launching) => Effect.Effect<Launched>
  }
>()("@vendodev/broker/Launcher") {
  /** Nobody does: a person is told what to run. */
  static readonly none = Layer.succeed(Launcher, {
    name: "none",
    launch: ({ launch }) => Effect.succeed({ launcher: "none", run: commandLine(launch) })
  })
}

/** Words of a shell that mean themselves. */
const plainWord = /^[\w@%+:,./-]+$/

const quoted = (word: string): string => (plainWord.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

/** The key is left to be put in: a line that is copied from a screen, or kept in a file, holds none. */
const commandLine = ({ command }: Launch): string =>
  `VENDO_API_KEY=… vendo run -- ${command === undefined ? "<command>" : command.map(quoted).join(" ")}`
