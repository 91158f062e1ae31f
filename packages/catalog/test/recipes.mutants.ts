// Of the shape of `Mutant` in `testing`, a room that stands on this one and can not be entered from here.
const test = "packages/catalog/test/recipes.test.ts"
const source = "packages/catalog/src"

export const mutants = [
  {
    control: "a misspelt field of a catalog file is found at load",
    file: `${source}/Integration.ts`,
    find: `, { onExcessProperty: "error" }`,
    replace: "",
    test
  },
  {
    control: "a credential is sent over https only",
    file: `${source}/Recipe.ts`,
    find: "/^https:\\/\\/[a-z0-9.-]+",
    replace: "/^https?:\\/\\/[a-z0-9.-]+",
    test
  },
  {
    control: "a path of a recipe leads to nothing inherited",
    file: `${source}/jsonPath.ts`,
    find: "Object.hasOwn(value, name)",
    replace: "Reflect.has(value, name)",
    test
  },
  {
    control: "a number that can not be told from its neighbours is no id",
    file: `${source}/jsonPath.ts`,
    find: "Number.isSafeInteger(value)",
    replace: "Number.isInteger(value)",
    test
  },
  {
    control: "a key that could be of several providers names none",
    file: `${source}/keyShape.ts`,
    find: "other === undefined || more.length > 0",
    replace: "other === undefined",
    test
  }
] as const
