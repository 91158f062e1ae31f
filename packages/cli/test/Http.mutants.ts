import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/cli/test/Http.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "The tool sends a token to no server but the one that was named, wherever that one points.",
    file: "packages/cli/src/Http.ts",
    find: `redirect: "manual"`,
    replace: `redirect: "follow"`,
    test,
    name: "a redirect is not followed"
  },
  {
    control: "A token that can not stand in a header is never sent, nor part of a message.",
    file: "packages/cli/src/secret.ts",
    find: String.raw`/^[\x21-\x7e]+$/.test(text)`,
    replace: "text.length > 0",
    test,
    name: "a token that can not stand in a header"
  },
  {
    control: "Of a credential in use no more than its hint is shown.",
    file: "packages/cli/src/secret.ts",
    find: `text.slice(0, 13) : "not a Vendo key"`,
    replace: `text.slice(0, 17) : "not a Vendo key"`,
    test,
    name: "no more than its hint"
  },
  {
    control: "A credential that is none of ours is not shown at all, not even by hint.",
    file: "packages/cli/src/secret.ts",
    find: `text.slice(0, 13) : "not a Vendo key"`,
    replace: `text.slice(0, 13) : text.slice(0, 13)`,
    test,
    name: "no more than its hint"
  }
]
