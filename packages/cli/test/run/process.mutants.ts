import type { Mutant } from "@vendodev/testing/Mutant"

const commands = "packages/cli/src/run/Commands.ts"
const signals = "packages/cli/src/run/Signals.ts"
const service = "packages/cli/src/run/Service.ts"
const test = "packages/cli/test/run/process.slow.test.ts"
const signalsTest = "packages/cli/test/run/signals.slow.test.ts"
const refusals = "packages/cli/test/run/refusals.test.ts"
const canary = "packages/cli/test/run/canary.test.ts"
const hearing = "packages/cli/test/run/hearing.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "A command that does not end when asked is killed, before another starts.",
    file: commands,
    find: `const killed = Effect.as(Effect.andThen(signal("SIGKILL"), exit), true)`,
    replace: `const killed = Effect.succeed(true)`,
    test,
    name: "kills a command that does not end"
  },
  {
    control: "The service's variables win, the key stays.",
    file: commands,
    find: "{ ...own, ...Record.map(variables, Redacted.value), VENDO_API_KEY }",
    replace: "{ VENDO_API_KEY, ...Record.map(variables, Redacted.value), ...own }",
    test,
    name: "gets what the run has"
  },
  {
    control: "What manages the installation is not handed to a command.",
    file: commands,
    find: "{ VENDO_ADMIN_TOKEN: _, VENDO_API_KEY, ...own }",
    replace: "{ VENDO_API_KEY, ...own }",
    test,
    name: "gets what the run has"
  },
  {
    control: "A command that a signal ended ends the run as in a shell.",
    file: commands,
    find: "code ?? (signal === null ? 1 : exitOf(signal))",
    replace: "code ?? 1",
    test,
    name: "ends the run with its code"
  },
  {
    control: "A command that is not there is told from one that is none.",
    file: commands,
    find: "exit: 127 })",
    replace: "exit: 126 })",
    test,
    name: "127"
  },
  {
    control: "What the run says does not make the command's stderr non-blocking.",
    file: "packages/cli/src/run/say.ts",
    find: "try: () => writeSync(stderr, text)",
    replace: `try: () => new (process.getBuiltinModule("node:net").Socket)({ fd: stderr }).write(text)`,
    test,
    name: "keeps its stderr as it was"
  },
  {
    control: "What stands behind -- is the command's, and nothing else is.",
    file: "packages/cli/src/run.ts",
    find: "words.length === args.length + 1",
    replace: "words.length >= args.length",
    test: refusals,
    name: "without a command behind --"
  },
  {
    control: "A key that can not be one is sent nowhere.",
    file: service,
    find: "isKey(Redacted.value(key))",
    replace: "Redacted.value(key).length > 0",
    test: refusals,
    name: "without a key that can be one"
  },
  {
    control: "VENDO_BASE_URL goes before VENDO_URL.",
    file: "packages/cli/src/Server.ts",
    find: "baseUrl !== undefined && Option.isSome(baseUrl)",
    replace: "baseUrl !== undefined && Option.isSome(baseUrl) && Option.isNone(url)",
    test: refusals,
    name: "names the service"
  },
  {
    control: "What is a stranger's is asked again, and what is the service's refusal is not.",
    file: "packages/cli/src/run/Problem.ts",
    find: "status >= 400 && status < 500 && !passing.has(status)",
    replace: "status >= 500 && !passing.has(status)",
    test: refusals,
    name: "refuses a start"
  },
  {
    control: "Variables that no process can be given are named, and not shown.",
    file: service,
    find: `/^[^=\\0]+$/.test(name) && !Redacted.value(value).includes("\\0") ? [] : [name]`,
    replace: `name === Redacted.value(value) ? [name] : []`,
    test: refusals,
    name: "no process can be given"
  },
  {
    control: "An answer that breaks its reader ends no run.",
    file: service,
    find: "Effect.catchDefect(() => Effect.fail(passes(`${url} answers what can not be understood`))),",
    replace: "",
    test: canary,
    name: "no value of a variable"
  },
  {
    control: "Of what the system says of a command that can not be started, only the code is repeated.",
    file: commands,
    find: "String(error.code)",
    replace: "String(error.message)",
    test: canary,
    name: "when the system refuses"
  },
  {
    control: "While a command runs, signals are its and end no run by themselves.",
    file: signals,
    find: "process.removeAllListeners(name)",
    replace: "process.getMaxListeners()",
    test: signalsTest,
    name: "reaches the command once"
  },
  {
    control: "What a terminal sends reaches the command once.",
    file: signals,
    find: `foreground !== "-1" && foreground === group`,
    replace: `foreground === "-1" && foreground === group`,
    test: signalsTest,
    name: "however often it comes"
  },
  {
    control: "An event is heard, a comment is not.",
    file: service,
    find: `isPressing(said.event) ? 1 : 0`,
    replace: `isPressing(said.event) ? 1 : 1`,
    test: hearing,
    name: "is heard from its beginning"
  },
  {
    control: "An event that wants nothing of a run hurries none.",
    file: service,
    find: "(?:deployment|connection|binding)",
    replace: "(?:deployment|connection|binding|billing)",
    test: hearing,
    name: "hurries no run"
  },
  {
    control: "A stream that fell silent is left.",
    file: service,
    find: "Stream.timeout(silence),",
    replace: "",
    test: hearing,
    name: "falls silent"
  },
  {
    control: "Who opens the door for a moment is asked no faster than who does not.",
    file: "packages/cli/src/run/hearing.ts",
    find: "Duration.isGreaterThan(lasted, Duration.fromInputUnsafe(pace.longestWait)) ? 1 : nth + 1",
    replace: "Duration.isGreaterThan(lasted, Duration.fromInputUnsafe(pace.longestWait)) ? 1 : 1",
    test: hearing,
    name: "ever more slowly"
  }
]
