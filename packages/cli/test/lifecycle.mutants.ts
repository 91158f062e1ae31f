import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/cli/test/lifecycle.slow.test.ts"
const lifecycle = { file: "packages/cli/src/lifecycle.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...lifecycle,
    control: "what is being restarted is not said to need a restart",
    find: 'restart_required && status !== "restarting" ?',
    replace: "restart_required ?",
    name: "restarts a running command"
  },
  {
    ...lifecycle,
    control: "after a change of what is bound it is said what to restart",
    find: "if (!apps.includes(id) || !restart_required",
    replace: "if (apps.includes(id) || !restart_required",
    name: "says what to restart"
  },
  {
    ...lifecycle,
    control: "nobody is told to restart what no restart would change",
    find: "|| !restart_required ||",
    replace: "||",
    name: "says what to restart"
  }
]
