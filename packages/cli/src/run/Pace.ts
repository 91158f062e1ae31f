/** How long a run waits, and for what. */
import { Context, type Duration } from "effect"

export interface Pace {
  /** A report is made at every change, and at least this often. */
  readonly report: Duration.Input
  /** The longest the service takes to answer. */
  readonly answer: Duration.Input
  /** What does not pass by itself is tried again this often. */
  readonly refused: Duration.Input
  /** The longest first wait for what passes. It doubles, up to the longest of all. */
  readonly firstWait: Duration.Input
  readonly longestWait: Duration.Input
  /** The service says something every 25 seconds. Who says nothing for longer than twice that is not there. */
  readonly silence: Duration.Input
  /** What a command has to end in, before it is killed. */
  readonly grace: Duration.Input
  /** What the last report may take. */
  readonly farewell: Duration.Input
  /** The command is asked this often whether it is well, */
  readonly probe: Duration.Input
  /** and has this long to say so. */
  readonly probeAnswer: Duration.Input
}

export const Pace = Context.Reference<Pace>("@vendodev/cli/run/Pace", {
  defaultValue: () => ({
    report: "20 seconds",
    answer: "10 seconds",
    refused: "30 seconds",
    firstWait: "1 second",
    longestWait: "30 seconds",
    silence: "60 seconds",
    grace: "10 seconds",
    farewell: "5 seconds",
    probe: "10 seconds",
    probeAnswer: "2 seconds"
  })
})
