import type { Mutant } from "@vendodev/testing/Mutant"

const page = { file: "docs/reference/vendo-yaml.md", test: "scripts/test/vendoYaml.test.ts" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...page,
    control: "an example of a manifest is one",
    find: "restart_on: [telegram]\n```",
    replace: "restart_on: [slack]\n```",
    name: "that are valid"
  },
  {
    ...page,
    control: "what is wrong is shown as it is told",
    find: "vendo.yaml:5:3: health.prot",
    replace: "vendo.yaml:5:4: health.prot",
    name: "as it is told"
  },
  {
    ...page,
    control: "every key of a manifest is documented",
    find: "| `health.port` |",
    replace: "| `health.timeout` |",
    name: "every key there is"
  }
]
