/** What a run knows of its command and of what the service wants, and what follows from each thing that happens. */
import type { Environment, Health, RunReport, RunState, Wanted } from "@vendodev/domain/Deployment"

/** Which variables, and which restart they answer to. Each only grows. */
export interface Versions {
  readonly env_version: number
  readonly restart: number
}

export interface State {
  /** Fetched for a command that is not started yet. */
  readonly prepared: Environment | null
  readonly fetching: boolean
  /** What the living command was started with. */
  readonly command: Versions | null
  /** It was told to end, by us: its end is not the end of the run. */
  readonly stopping: boolean
  /** Whether a command was ever started. */
  readonly begun: boolean
  /** Of the command that was started last. */
  readonly last: Versions | null
  readonly health: Health
  readonly wanted: Wanted | null
  /** The state in the last report the service has answered. */
  readonly heard: RunState | null
  /** The newest variables people were told of. */
  readonly told: number
  /** What to end with as soon as there is no command: it ended by itself, or a signal said so. */
  readonly ending: number | null
  /** What the command ends with if it ends by a signal that asked this run to end. */
  readonly asked: ReadonlyArray<number>
  /** What the run ends with, once the service knows. */
  readonly exited: number | null
  /** Whether to end without the service knowing. */
  readonly late: boolean
}

export const initial: State = {
  prepared: null,
  fetching: false,
  command: null,
  stopping: false,
  begun: false,
  last: null,
  health: "unknown",
  wanted: null,
  heard: null,
  told: 0,
  ending: null,
  asked: [],
  exited: null,
  late: false
}

const none: Versions = { env_version: 0, restart: 0 }

/** The least a command may be started with. */
export const target = ({ wanted }: State): Versions => wanted ?? none

/** Whether it is at least as new. */
export const isAsNew = (least: Versions, { env_version, restart }: Versions): boolean =>
  env_version >= least.env_version && restart >= least.restart

/** Whether what was fetched is as new as what is wanted. */
export const isReady = (state: State): boolean => state.prepared !== null && isAsNew(target(state), state.prepared)

const runState = ({ command, exited, heard, prepared, wanted }: State): RunState => {
  if (exited !== null) return "exited"
  if (command !== null) return "running"
  // Who waits for the pause reads this: it is said only when there is no command, and until one is about to be.
  if (wanted?.action === "pause") return "paused"
  return heard === "paused" && prepared === null ? "paused" : "starting"
}

/** What is to be said of it; nothing, before there is anything to say it with. */
export const reportOf = (state: State): RunReport | null => {
  const { asked, command, exited, health, last, prepared } = state
  const resting = runState(state) === "paused" ? (last ?? prepared) : (prepared ?? last)
  const versions = command ?? resting
  if (versions === null) return null
  return {
    state: runState(state),
    env_version: versions.env_version,
    restart: versions.restart,
    health: command === null ? "unknown" : health,
    // A stop that was asked for is no failure, whatever the shell is told.
    exit_code: exited !== null && asked.includes(exited) ? 0 : exited
  }
}

// ---- what happens

export const fetched = (state: State, environment: Environment): State => ({
  ...state,
  fetching: false,
  prepared: environment
})

export const answered = (state: State, heard: RunState, wanted: Wanted): State => ({ ...state, heard, wanted })

export const started = (state: State, { env_version, restart }: Versions): State => ({
  ...state,
  prepared: null,
  begun: true,
  command: { env_version, restart },
  last: { env_version, restart },
  told: env_version,
  health: "unknown"
})

/** The command is gone. Nobody told it to end: the run ends with it. */
export const gone = (state: State, code: number): State => ({
  ...state,
  command: null,
  stopping: false,
  health: "unknown",
  ending: state.stopping && state.ending === null ? null : code
})

/** It could not be started, and will not be. */
export const unstartable = (state: State, code: number): State => ({ ...state, ending: code })

/** Nothing more will be started. What was never told to the service need not be told now. */
export const ended = (state: State, code: number): State => ({
  ...state,
  exited: code,
  late: reportOf(state) === null
})
