import type { Mutant } from "@vendodev/testing/Mutant"

const test = "scripts/test/sdk.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "the declarations of the Promise SDK import nothing that is not installed with it",
    file: "scripts/sdk/declarations.ts",
    find: "imports.filter((specifier) => !isKnown(specifier))",
    replace: 'imports.filter((specifier) => specifier.startsWith("@vendodev/client") && !isKnown(specifier))',
    test,
    name: "name neither Effect"
  },
  {
    control: "the declarations of the Promise SDK do not name Effect",
    file: "scripts/sdk/declarations.ts",
    find: "/\\beffect\\b/i.test(withoutComments(text))",
    replace: '/from "effect/.test(withoutComments(text))',
    test,
    name: "name neither Effect"
  },
  {
    control: "the documentation in the declarations speaks of no private room",
    file: "scripts/sdk/declarations.ts",
    find: "text.includes(`${room}/`)",
    replace: "withoutComments(text).includes(`${room}/`)",
    test,
    name: "name neither Effect"
  },
  {
    control: "what comments show is not rewritten",
    file: "scripts/sdk/declarations.ts",
    find: "index } of withoutComments(text).matchAll(imported)",
    replace: "index } of text.matchAll(imported)",
    test,
    name: "are those its entries reach"
  },
  {
    control: "no declaration is published over another",
    file: "scripts/sdk/declarations.ts",
    find: "if (taken !== undefined) throw",
    replace: "if (taken === file) throw",
    test,
    name: "would take one place"
  },
  {
    control: "the main entry names nothing of Node",
    file: "scripts/sdk/bundle.ts",
    find: "(onNode.includes(entry) && isBuiltin(specifier))",
    replace: "isBuiltin(specifier)",
    test,
    name: "names Node"
  },
  {
    control: "what nobody installs is in the bundle",
    file: "scripts/sdk/bundle.ts",
    find: "external === true && !allowed(path)",
    replace: "external === true && isBuiltin(path) && !allowed(path)",
    test,
    name: "holds what nobody installs"
  },
  {
    control: "a bundle over its budget is refused",
    file: "scripts/check-sdk.ts",
    find: "faults: length > budget ?",
    replace: "faults: length > 2 * budget ?",
    test,
    name: "over its budget"
  },
  {
    control: "what publint suggests counts",
    file: "scripts/check-sdk.ts",
    find: "strict: true",
    replace: 'level: "error"',
    test,
    name: "suggest something"
  },
  {
    control: "what attw finds counts",
    file: "scripts/check-sdk.ts",
    find: "if (status === 0 && found !== undefined)",
    replace: "if (found !== undefined)",
    test,
    name: "other format"
  },
  {
    control: "no rule of attw is ignored",
    file: "scripts/check-sdk.ts",
    find: '[tarball, "--format"',
    replace: '[tarball, "--profile", "node16", "--format"',
    test,
    name: "an older resolver"
  }
]
