/** What is to be done next: a question to what is known, asked again after everything that happens. */
import { isReady, type State } from "./State.ts"

export type Decision =
  /** Nothing, until something happens. */
  | "wait"
  /** Ask for the variables. */
  | "fetch"
  /** Ask for them no more. */
  | "forget"
  /** Start the command with what was fetched. */
  | "start"
  /** Tell the command to end, and end it if it does not. */
  | "stop"
  /** Tell people that the variables changed. */
  | "tell"
  /** Tell the service how it ended. */
  | "end"
  /** End. */
  | "leave"

const wants = ({ wanted }: State, ...actions: ReadonlyArray<string>) =>
  wanted !== null && actions.includes(wanted.action)

/** May a command be started? Only while the service knows of it, so that a pause it asks for is never thought kept. */
const isKnown = ({ heard }: State) => heard === "starting" || heard === "running"

/** No command is to be started. */
const isOver = (state: State) => state.ending !== null || wants(state, "stop", "pause")

const isOutdated = ({ command, wanted }: State) =>
  command !== null && wanted !== null && wanted.restart > command.restart

const hasNews = ({ told, wanted }: State) => wanted !== null && wanted.env_version > told

/** The first row that holds decides. */
const table: ReadonlyArray<readonly [when: (state: State) => boolean, decision: Decision]> = [
  [(state) => state.fetching && isOver(state), "forget"],
  [({ exited, heard, late }) => exited !== null && (late || heard === "exited"), "leave"],
  [({ exited }) => exited !== null, "wait"],
  [({ stopping }) => stopping, "wait"],
  [(state) => state.command === null && (state.ending !== null || wants(state, "stop")), "end"],
  [(state) => state.command !== null && wants(state, "stop", "pause"), "stop"],
  // The command was sent a signal that ends it; whether it does is its own affair.
  [({ ending }) => ending !== null, "wait"],
  // The variables come first: as long as they can not be had, the command keeps running.
  [(state) => isOutdated(state) && isReady(state), "stop"],
  [isOutdated, "fetch"],
  [(state) => state.command !== null && hasNews(state), "tell"],
  [({ command }) => command !== null, "wait"],
  [(state) => wants(state, "pause"), "wait"],
  [(state) => !isReady(state), "fetch"],
  [(state) => wants(state, "run") && isKnown(state), "start"]
]

export const decide = (state: State): Decision => {
  const decision = table.find(([when]) => when(state))?.[1] ?? "wait"
  return decision === "fetch" && state.fetching ? "wait" : decision
}
