import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/manifest/test/jsonSchema.test.ts"
const file = "packages/manifest/src/jsonSchema.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "the schema knows no other keys",
    file,
    find: "additionalProperties: false",
    replace: "additionalProperties: true",
    test
  },
  {
    control: "the schema knows which keys must be there",
    file,
    find: "required: keys.filter(([, { absent }]) => absent === undefined).map(([name]) => name),",
    replace: "required: [],",
    test
  },
  { control: "the schema wants each item once", file, find: "uniqueItems: true", replace: "uniqueItems: false", test },
  {
    control: "the schema knows every pattern of a text",
    file,
    find: "{ allOf: patterns }",
    replace: "{ allOf: patterns.slice(1) }",
    test
  },
  {
    control: "the schema knows the bounds of a number",
    file,
    find: "maximum: shape.maximum }",
    replace: "maximum: 65_536 }",
    test
  },
  {
    control: "every key is described",
    file,
    find: "  description,\n  ...schemaOf(shape),",
    replace: "  ...schemaOf(shape),",
    test,
    name: "describes every key"
  }
]
