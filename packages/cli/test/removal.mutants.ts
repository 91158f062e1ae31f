import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/cli/test/removal.pg.test.ts"
const removal = { file: "packages/cli/src/removal.ts", test }
const confirming = { file: "packages/cli/src/confirming.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...removal,
    control: "a dry run ends with the plan",
    find: `if (dryRun) return yield* answer(`,
    replace: `if (dryRun) yield* answer(`
  },
  {
    ...removal,
    control: "what can not be undone is confirmed",
    find: "if (dryRun || !yes) {",
    replace: "if (dryRun) {"
  },
  {
    ...confirming,
    control: "nobody confirms through a pipe",
    find: "if ((yield* Json) || !canPrompt || !(yield* stdio.stdinIsTerminal)) {",
    replace: "if (false) {"
  },
  {
    ...confirming,
    control: "no is no",
    find: "if (yield* Prompt.Confirm({ message: question })) return",
    replace: `if ((yield* Prompt.Confirm({ message: question })) || left !== "") return`,
    name: "removes nothing that was not confirmed"
  },
  {
    file: "packages/cli/src/deployment.ts",
    test,
    control: "a deployment that is destroyed is confirmed",
    find: "if (!yes) {",
    replace: "if (id === name) {",
    name: "destroys"
  },
  {
    file: "packages/cli/src/connection.ts",
    test,
    control: "a secret that was given is the one that is kept",
    find: "? yield* readIfGiven(fromEnv)",
    replace: "? Option.none()"
  }
]
