import type { Mutant } from "@vendodev/testing/Mutant"

const reconciler = { file: "packages/sdk/src/reconciler.ts", test: "packages/sdk/test/reconciler.test.ts" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...reconciler,
    control: "a change that could not be told is told later",
    find: `await told(diffOf(untold, after))
    untold = undefined`,
    replace: `const diff = diffOf(untold, after)
    untold = undefined
    await told(diff)`
  },
  {
    ...reconciler,
    control: "a change is told from what was told before",
    find: `if (changed) untold ??= before`,
    replace: `if (changed) untold = before`
  },
  {
    ...reconciler,
    control: "a change is told once",
    find: `if (untold === undefined || stopped.signal.aborted) return`,
    replace: `untold ??= before`
  },
  {
    ...reconciler,
    control: "nobody is told after the end",
    find: `if (untold === undefined || stopped.signal.aborted) return`,
    replace: `if (untold === undefined) return`
  },
  {
    ...reconciler,
    control: "only the first step of a path is named as on the wire",
    find: `index === 0 ? aliases[step] : undefined`,
    replace: `aliases[step]`
  },
  {
    ...reconciler,
    control: "no mapping is made of connections that say nothing of it",
    find: `if (!client.isVendoMode()) {`,
    replace: `if (false) {`
  }
]
