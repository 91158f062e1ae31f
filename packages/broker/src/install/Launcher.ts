/** Who starts what was installed. */
import { Context, Effect, Layer, type Redacted } from "effect"
import type { Deployment, LauncherName } from "@vendodev/domain/Deployment"
import type { TenantId } from "@vendodev/domain/Ids"
import type { Launch } from "@vendodev/domain/Installation"

/** Whose what is started, and under which name. */
export interface Target {
  readonly tenant: TenantId
  readonly deployment: Pick<Deployment, "id" | "slug">
}

export interface Launching extends Target {
  readonly launch: Launch
  readonly key: Redacted.Redacted
}

/** What became of it. */
export interface Start {
  /** `running`: what was started before runs still and was left alone, with whatever key it has. */
  readonly state: "started" | "running" | "failed"
  /** Where its output goes, or what went wrong; no secret. */
  readonly detail: string
}

export class Launcher extends Context.Service<
  Launcher,
  {
    readonly name: LauncherName
    /** Whether it starts what is described so. What it does not is a person's to start. */
    readonly starts: (launch: Launch) => boolean
    /**
     * Starts it, after everything of it was written. Asked again when an
     * installation is repeated: what it started, and runs, is left alone.
     */
    readonly launch: (launching: Launching) => Effect.Effect<Start>
    /** Takes away what it started, once that is to run no more. Of what can not be taken away the log tells. */
    readonly remove: (target: Target) => Effect.Effect<void>
  }
>()("@vendodev/broker/Launcher") {
  /** Nobody does. */
  static readonly none = Layer.succeed(Launcher, {
    name: "none",
    starts: () => false,
    launch: () => Effect.succeed({ state: "failed", detail: "nothing is launched here" }),
    remove: () => Effect.void
  })
}

/** Words of a shell that mean themselves. */
const plainWord = /^[\w@%+:,./-]+$/

const quoted = (word: string): string => (plainWord.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

/**
 * What a person runs. The key is left to be put in: a line that is copied from a
 * screen, or kept in a file, holds none.
 */
export const runLine = ({ command }: Launch): string =>
  `VENDO_API_KEY=… vendo run -- ${command === undefined ? "<command>" : command.map(quoted).join(" ")}`
