/** What people are told while the service can not be asked. */
import { Duration, Effect } from "effect"
import { because, say } from "./say.ts"
import type { Lost } from "./patience.ts"
import type { State } from "./State.ts"
import type { Wanted } from "@vendodev/domain/Deployment"

const seconds = (wait: Duration.Duration) => Math.max(1, Math.ceil(Duration.toSeconds(wait)))

/** Who waits for something is told that there is still nothing, at growing intervals. */
const isDue = (nth: number) => Number.isInteger(Math.log2(nth))

/** Whether this was told already, in its essence. */
const isOld = ({ previous, problem }: Lost) =>
  previous !== undefined && (previous.refusal === null) === (problem.refusal === null)

/** `kept`: what goes on meanwhile, if anything does. */
export const lost = Effect.fnUntraced(function* (lost: Lost, { command, exited }: State, kept: string) {
  const { nth, problem, wait } = lost
  if (exited !== null) return
  const again = `trying again in ${seconds(wait)} s`
  if (command === null) {
    if (isDue(nth) || !isOld(lost)) yield* say(`${problem.detail}; ${again}`)
  } else if (!isOld(lost)) {
    yield* say(`${problem.detail}; ${kept}`)
  }
})

/** A command that may not begin yet, said once. One that was running is said to be paused when it is told to end. */
export const held = ({ begun, wanted }: State, answer: Wanted) =>
  answer.action === "pause" && !begun && wanted?.action !== "pause"
    ? say(because("the command is not started yet", answer.reason))
    : Effect.void
