import type { Mutant } from "@vendodev/testing/Mutant"

const test = "scripts/test/reference.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "what is private stays out of the reference",
    file: "scripts/reference/page.ts",
    find: `!name.startsWith("#") &&`,
    replace: "",
    test,
    name: "by its public members"
  },
  {
    control: "an overloaded constructor shows no implementation",
    file: "scripts/reference/page.ts",
    find: `!(name === "constructor" && members[index - 1]?.name === "constructor")`,
    replace: "true",
    test,
    name: "by its public members"
  },
  {
    control: "a signature ends before the body",
    file: "scripts/reference/signatures.ts",
    find: `outside(text, after, [" {\\n"])`,
    replace: "text.length",
    test,
    name: "A signature"
  },
  {
    control: "what is exported from elsewhere is in the reference",
    file: "scripts/reference/declarations.ts",
    find: "return [...taken, ...declarationsIn(source)]",
    replace: "return declarationsIn(source)",
    test,
    name: "takes what another file declares"
  },
  {
    control: "a name that is nowhere declared is an error",
    file: "scripts/reference/declarations.ts",
    find: "if (found === undefined) throw new Error(`${file}: ${from} declares no ${name}`)",
    replace: "if (found === undefined) return all[0] ?? { name, text: name, doc: name }",
    test,
    name: "is not made when"
  },
  {
    control: "what is exported says what it is",
    file: "packages/sdk/src/types.ts",
    find: "/** A provider of the catalog: what could be connected. */",
    replace: "",
    test,
    name: "says of each what it is"
  }
]
