/** Whether what the service depends on works, and what to do where it does not. */
import { Effect } from "effect"
import { Command } from "effect/cli"
import type { ComposioDiagnosis, Diagnosis } from "@vendodev/domain/Diagnosis"
import { answer } from "./answer.ts"
import { exits, Told } from "./Failure.ts"
import { Management } from "./Management.ts"
import { facts } from "./table.ts"

interface Finding {
  readonly isWrong: boolean
  /** What to do about it, the likeliest first. */
  readonly next: ReadonlyArray<string>
}

const fine: Finding = { isWrong: false, next: [] }

/** One cause at a time: the others are often its echo. */
export const findingOf = ({ configured, key, masking, reachable }: ComposioDiagnosis): Finding => {
  if (!configured) {
    return {
      isWrong: false,
      next: ["to vend its tokens, set COMPOSIO_API_KEY to a project's key and restart the server"]
    }
  }
  if (key === "refused") {
    return { isWrong: true, next: ["set COMPOSIO_API_KEY to a key of the project that has the accounts, and restart"] }
  }
  if (!reachable) {
    return {
      isWrong: true,
      next: ["check COMPOSIO_BASE_URL, COMPOSIO_API_KEY and the server's way out, and try again"]
    }
  }
  if (masking === "masked") {
    return {
      isWrong: true,
      next: [
        "turn off masking of secrets in the settings of the project at Composio, if it has that setting",
        "else ask Composio's support for an exception for the project: most need one",
        "else call the provider through Composio's proxy, which needs no token",
        "a later release will take an OAuth client of your own, without Composio in between"
      ]
    }
  }
  return masking === "unknown"
    ? { isWrong: false, next: ["connect an account at Composio, and run `vendo doctor` again"] }
    : fine
}

const said = (fact: boolean) => (fact ? "yes" : "no")

const text = ({ composio }: Diagnosis) => {
  const { configured, detail, key, masking, reachable, simulated } = composio
  return [
    facts([
      ["composio", configured ? (simulated ? "simulated: its tokens are nobody's" : "configured") : "not configured"],
      ...(configured
        ? ([
            ["reachable", said(reachable)],
            ["key", key],
            ["tokens", masking]
          ] as const)
        : []),
      ["finding", detail],
      ...findingOf(composio).next.map((step) => ["next", step] as const)
    ])
  ].join("\n")
}

export const doctor = Command.make(
  "doctor",
  {},
  Effect.fn("doctor")(function* () {
    const { doctor } = yield* Management
    const [diagnosis, response] = yield* doctor({ responseMode: "decoded-and-response" })
    yield* answer(response, Effect.succeed(text(diagnosis)))
    if (findingOf(diagnosis.composio).isWrong) return yield* new Told({ exit: exits.refused })
  })
).pipe(
  Command.withDescription("Let the service look at what it depends on; ends with 1 when something there is wrong"),
  Command.withExamples([
    { command: "vendo doctor", description: "Does Composio take our key, and show tokens?" },
    { command: "vendo doctor --json | jq -r .composio.masking" }
  ]),
  Command.provide(Management.layer)
)
