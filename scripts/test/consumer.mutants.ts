import type { Mutant } from "@vendodev/testing/Mutant"

const test = "scripts/test/consumer.slow.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "an error is of one class, whichever entry throws it",
    file: "scripts/sdk/bundle.ts",
    find: "external: [name, ...peers,",
    replace: "external: [...peers,",
    test,
    name: "runs main.mjs with the promise SDK on Node 24"
  },
  {
    control: "the SDK takes the peer of the project, and no copy of its own",
    file: "scripts/sdk/bundle.ts",
    find: "external: [name, ...peers,",
    replace: "external: [name,",
    test,
    name: "runs main.mjs with the effect SDK on Node 24"
  },
  {
    control: "the declarations keep what the sources say",
    file: "scripts/sdk/declarations.ts",
    find: "stripInternal: true,",
    replace: "removeComments: true,",
    test,
    name: "finds in the declarations"
  },
  {
    control: "the declarations of the rooms come along",
    file: "scripts/sdk/declarations.ts",
    find: "if (next !== undefined) visit(next, file)",
    replace: "if (next?.startsWith(folder)) visit(next, file)",
    test,
    name: "reads the types of the Effect SDK"
  },
  {
    control: "the manifest leads require to what can be required",
    file: "scripts/sdk/manifest.ts",
    find: "default: `./dist/${entry}.cjs` }",
    replace: "default: `./dist/${entry}.js` }",
    test,
    name: "runs main.cjs with the promise SDK on Node 20"
  }
]
