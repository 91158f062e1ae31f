/** What becomes of a signal that reached the run: it is the command's, as if there were no run in between. */
import { constants } from "node:os"
import type { State } from "./State.ts"

export const forwarded = ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGWINCH"] as const
export type Signal = (typeof forwarded)[number]

/** What a terminal sends to everybody in its foreground, the command included. */
const ofTerminal: ReadonlySet<Signal> = new Set(["SIGINT", "SIGQUIT", "SIGWINCH"])

/** What asks for an end, and of a command gets it, unless that thinks better of it. */
const final: ReadonlySet<Signal> = new Set(["SIGTERM", "SIGINT", "SIGQUIT"])

/** What ends a run that has no command to hand it to. */
const deadly: ReadonlySet<Signal> = new Set([...final, "SIGHUP"])

/** Said twice, it is meant. */
const insistent: ReadonlySet<Signal> = new Set(["SIGTERM", "SIGINT"])

/** As a shell counts it. */
export const exitOf = (signal: NodeJS.Signals): number => 128 + constants.signals[signal]

export interface Signalled {
  readonly state: State
  /** What the command is sent. */
  readonly forward: Signal | "SIGKILL" | null
}

/** `inForeground`: whether what a terminal sends reaches the command by itself. */
export const signalled = (state: State, signal: Signal, inForeground: boolean): Signalled => {
  const code = exitOf(signal)
  const asked = {
    ...state,
    asked: deadly.has(signal) && !state.asked.includes(code) ? [...state.asked, code] : state.asked
  }
  const ending = { ...asked, ending: state.ending ?? code }
  if (state.exited !== null) return { state: { ...state, late: state.late || insistent.has(signal) }, forward: null }
  if (state.command === null) return { state: deadly.has(signal) ? ending : state, forward: null }
  if (inForeground && ofTerminal.has(signal)) {
    // Whatever else it means to the command, one that is ending is not to be followed by another.
    return { state: state.stopping && final.has(signal) ? ending : asked, forward: null }
  }
  if (!final.has(signal)) return { state: asked, forward: signal }
  return { state: ending, forward: state.ending !== null && insistent.has(signal) ? "SIGKILL" : signal }
}
