import type { Mutant } from "@vendodev/testing/Mutant"

const asking = { file: "packages/cli/src/choosing.ts", test: "packages/cli/test/choosing.test.ts" }
const repeating = { file: "packages/cli/src/install.ts", test: "packages/cli/test/installRetried.test.ts" }
const waiting = { file: "packages/cli/src/atLength.ts", test: "packages/cli/test/installRetried.test.ts" }
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
    ...waiting,
    control: "an installation that nobody answers is tried again, and not for ever",
    find: "const again = { times: 2,",
    replace: "const again = { times: 1,"
  },
  {
    ...waiting,
    control: "an image that takes minutes to fetch is waited for",
    find: `Effect.provideService(Patience, "Infinity"),`,
    replace: "",
    name: "An image may take minutes"
  },
  {
    ...waiting,
    control: "who waits for minutes is told what for",
    find: "Effect.raceFirst(saying(what))",
    replace: "Effect.raceFirst(Effect.never)",
    name: "An image may take minutes"
  },
  {
    ...waiting,
    control: "who gives up is told that it may be done all the same",
    find: "detail: `${detail}; ${perhaps}`",
    replace: "detail",
    name: "Nobody waits for ever"
  },
  {
    ...waiting,
    control: "nobody waits for ever",
    find: "duration: longest,",
    replace: `duration: "1 hour",`,
    name: "Nobody waits for ever"
  },
  {
    ...repeating,
    control: "an image that can not be sent is the line's fault",
    find: "if (!isLaunch(image)) {",
    replace: "if (!isLaunch({})) {",
    name: "the line's fault"
  },
  {
    ...repeating,
    control: "a command that can not be sent is the line's fault",
    find: "if (isLaunch(launch)) return launch",
    replace: "if (isLaunch({})) return launch",
    name: "the line's fault"
  },
  {
    ...repeating,
    file: "packages/domain/src/Installation.ts",
    control: "an argument of a command may be empty",
    find: "[word(0)]",
    replace: "[word(1)]",
    name: "empty arguments included"
  },
  {
    ...command,
    file: "packages/cli/src/advice.ts",
    control: "what is missing is told with the flag that would give it",
    find: "known.has(name) ? flagsFor(name) :",
    replace: "name.length === 0 ? flagsFor(name) :",
    name: "everything that is in the way"
  },
  {
    ...command,
    file: "packages/cli/src/advice.ts",
    control: "nobody is told to take a credential from a run that goes on using it",
    find: "  `vendo deployment stop ${holder} # if it is one; wait until \\`vendo deployment show ${holder}\\` says stopped`,\n",
    replace: "",
    name: "everything that is in the way"
  },
  {
    ...command,
    file: "packages/cli/src/advice.ts",
    control: "what is in use is moved by whoever is to have it",
    find: "run: [`vendo binding move ${slug} --from ${error.bound_to.app_slug} --to ${app}`]",
    replace: "run: []",
    name: "everything that is in the way"
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
