import type { Mutant } from "@vendodev/testing/Mutant"

const asking = { file: "packages/cli/src/choosing.ts", test: "packages/cli/test/choosing.test.ts" }
const repeating = { file: "packages/cli/src/install.ts", test: "packages/cli/test/installRetried.test.ts" }
const command = { test: "packages/cli/test/install.pg.test.ts" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...asking,
    control: "nobody is offered what could not be bound",
    find: `user === null && (status === "active" || status === "error")`,
    replace: `user === null || status === "active"`
  },
  {
    ...asking,
    control: "a credential is typed in unseen",
    find: "credential: yield* Prompt.Password({ message: `The ${slug} credential (hidden):` })",
    replace: "credential: Redacted.make(yield* Prompt.String({ message: `The ${slug} credential (hidden):` }))"
  },
  {
    ...asking,
    control: "a sandbox is not asked for an exclusive credential",
    find: "|| isLeftOut(slug, isSandbox)) continue",
    replace: ") continue"
  },
  {
    ...asking,
    control: "what was said is not asked",
    find: "if (choices.has(slug) ||",
    replace: "if ("
  },
  {
    ...repeating,
    control: "an installation is repeated under its own name",
    find: "const key = IdempotencyKey.make(crypto.randomUUID())",
    replace: `const key = IdempotencyKey.make("always")`
  },
  {
    ...repeating,
    control: "an installation that nobody answers is tried again, and not for ever",
    find: "const once = { times: 2,",
    replace: "const once = { times: 1,"
  },
  {
    ...command,
    file: "packages/cli/src/install.ts",
    control: "the key alone is on stdout",
    find: "yield* Console.error(described(installed.deployment, connections))",
    replace: "yield* Console.log(described(installed.deployment, connections))"
  },
  {
    ...command,
    file: "packages/cli/src/assignments.ts",
    control: "a variable is said once",
    find: "if (variables.has(name)) return",
    replace: "if (name === variables.keys().next().value?.slice(1)) return"
  },
  {
    ...command,
    file: "packages/cli/src/choosing.ts",
    control: "an integration is chosen once",
    find: "if (choices.has(slug)) {",
    replace: "if (slug.length === 0) {"
  },
  {
    ...command,
    file: "packages/cli/src/report.ts",
    control: "what is taken is told with its holder",
    find: "if (isTaken(value)) return",
    replace: "if (isTaken(value) && value.bound_to === null) return"
  }
]
