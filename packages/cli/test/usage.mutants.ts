import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/cli/test/usage.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "An argument too many is not repeated, for it may be a secret.",
    file: "packages/cli/src/usage.ts",
    find: `"there are more arguments than the command takes (not repeated here); a secret never goes on the command line"`,
    replace: `error.message`,
    test,
    name: "never repeated"
  },
  {
    control: "A value that was refused is not repeated, for it may be a secret.",
    file: "packages/cli/src/usage.ts",
    find: "takes ${error.expected}",
    replace: "takes ${error.expected}, not ${error.value}",
    test,
    name: "never repeated"
  },
  {
    control: "What was typed in place of a command is repeated only if it can be no secret.",
    file: "packages/cli/src/usage.ts",
    find: "shown(error.subcommand)",
    replace: "error.subcommand",
    test,
    name: "never repeated"
  },
  {
    control: "What was typed in place of a flag is repeated only if it can be no secret.",
    file: "packages/cli/src/usage.ts",
    find: "shown(error.option)",
    replace: "error.option",
    test,
    name: "never repeated"
  },
  {
    control: "A variable's name is repeated only if it can be no secret.",
    file: "packages/cli/src/secret.ts",
    find: "shown(name)",
    replace: "name",
    test,
    name: "never repeated"
  },
  {
    control: "A whole key is refused on the command line.",
    file: "packages/cli/src/key.ts",
    find: String.raw`/^vendo_[a-z]{2}_\w{5,}$/.test(name)`,
    replace: `name === ""`,
    test,
    name: "a whole key is refused"
  },
  {
    control: "A name nothing answers to is repeated only if it can be no secret.",
    file: "packages/cli/src/names.ts",
    find: "is called ${shown(name)}",
    replace: "is called ${name}",
    test: "packages/cli/test/names.test.ts",
    name: "not repeated"
  },
  {
    control: "A name more than one thing has is repeated only if it can be no secret.",
    file: "packages/cli/src/names.ts",
    find: "`${shown(name)} names",
    replace: "`${name} names",
    test: "packages/cli/test/names.test.ts",
    name: "not repeated"
  }
]
