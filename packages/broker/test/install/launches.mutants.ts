import type { Mutant } from "@vendodev/testing/Mutant"

const launches = {
  file: "packages/broker/src/install/launches.ts",
  test: "packages/broker/test/install/launches.pg.test.ts"
}

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...launches,
    control: "the key of the launch before ends when a launch succeeded",
    find: `yield* Effect.catchTag(keys.revoke(former), "not_found", Effect.die)`,
    replace: "void former"
  },
  {
    ...launches,
    control: "a launch that did not succeed ends no key",
    find: `if (state === "started") {`,
    replace: `if (state !== "manual") {`
  },
  {
    ...launches,
    control: "which keys were launched with is kept before they are used",
    find: "yield* keep(id, [...former.filter((other) => other !== key.id), key.id])",
    replace: ""
  },
  {
    ...launches,
    control: "of two launches at once the earlier ends no key of the later",
    find: "key_ids.slice(0, Math.max(at, 0))",
    replace: "key_ids.filter((other) => other !== key)"
  },
  {
    ...launches,
    control: "a deployment whose run is alive is not launched beside it",
    find: "if (row.alive) return {",
    replace: "if (row.slug === null) return {"
  },
  {
    ...launches,
    control: "a run that was silent for a minute is over",
    find: "interval '60 seconds'",
    replace: "interval '70 seconds'"
  },
  {
    ...launches,
    control: "a run that ended is not taken to be alive",
    find: "d.run_state <> 'exited' AND",
    replace: ""
  },
  {
    ...launches,
    control: "what was destroyed is not launched",
    find: `if (row.status === "destroyed") return`,
    replace: `if (row.slug === null) return`
  },
  {
    ...launches,
    control: "what was destroyed while it was launched is taken away",
    find: `return status === "destroyed" || wanted === "stop" ? "nothing to run" : "settled"`,
    replace: `return wanted === "stop" && status !== "destroyed" ? "nothing to run" : "settled"`
  },
  {
    ...launches,
    control: "what was stopped while it was launched is taken away",
    find: `return status === "destroyed" || wanted === "stop" ? "nothing to run" : "settled"`,
    replace: `return status === "destroyed" ? "nothing to run" : "settled"`
  },
  {
    ...launches,
    control: "what was stopped is not launched",
    find: `if (row.wanted === "stop") return`,
    replace: `if (row.slug === null) return`
  },
  {
    ...launches,
    control: "repeating an installation starts nothing that was started, or stopped, since",
    find: "return Option.exists(given, (key) => isOver(row, key))",
    replace: "return Option.exists(given, (key) => isOver(row, key) && row.slug === null)"
  },
  {
    ...launches,
    control: "repeating an installation does not launch with a key that another took the place of",
    find: " || (key_ids.length > 0 && key_ids.at(-1) !== id)",
    replace: " || (key_ids.length > 0 && id === null)"
  },
  {
    ...launches,
    control: "nothing is minted where nobody starts anything",
    find: `if (!launcher.starts(launch)) return { instead`,
    replace: `if (launcher.name === "none") return { instead`
  },
  {
    ...launches,
    control: "a launch that can not be tried fails no installation",
    find: `Effect.catch(launched(asked, deployment.id, Option.some({ id, key })), ({ detail }) =>`,
    replace: `Effect.tapError(launched(asked, deployment.id, Option.some({ id, key })), ({ detail }) =>`
  }
]
