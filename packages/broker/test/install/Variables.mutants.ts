import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/install/Variables.pg.test.ts"
const service = "packages/broker/src/install/Variables.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "secrets are masked unless they are to be revealed",
    file: service,
    find: `value: secret && !reveal ? masked : value`,
    replace: `value`,
    test,
    name: "are shown with their secrets masked"
  },
  {
    control: "that values were revealed is recorded",
    file: service,
    find: `          if (reveal) {`,
    replace: `          if (!reveal) {`,
    test,
    name: "are shown with their secrets masked"
  },
  {
    control: "who changes variables waits for whoever does",
    file: service,
    find: `FOR UPDATE OF d`,
    replace: ``,
    test,
    name: "keep all of what is set at the same time"
  },
  {
    control: "a change of variables is a version of what is to be run with",
    file: service,
    find: `env_wanted = env_wanted + 1`,
    replace: `env_wanted = env_wanted`,
    test,
    name: "are changed as one"
  },
  {
    control: "what changes nothing is no change",
    file: service,
    find: `if (set.length + removed.length === 0) return`,
    replace: `if (set.length + removed.length < 0) return`,
    test,
    name: "are changed as one"
  },
  {
    control: "a destroyed deployment is given no variables",
    file: service,
    find: `if (destroyed) return`,
    replace: `if (destroyed && slug === undefined) return`,
    test,
    name: "are none of a deployment that was destroyed"
  }
]
