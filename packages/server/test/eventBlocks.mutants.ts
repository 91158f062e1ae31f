import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/eventBlocks.test.ts"
const file = "packages/server/src/Events.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    file,
    test,
    control: "a reader who stalls is cut off",
    find: `Effect.sync(() => source.destroy())`,
    replace: `Effect.void`
  },
  {
    file,
    test,
    control: "a reader who waits is not",
    find: `FiberHandle.clear(stalled),`,
    replace: `Effect.void,`
  },
  {
    file,
    test,
    control: "a stop does not wait for a reader who stalls",
    find: `Effect.andThen(stopping, Effect.sleep("1 second"))`,
    replace: `Effect.never`
  }
]
