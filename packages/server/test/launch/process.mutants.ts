import type { Mutant } from "@vendodev/testing/Mutant"

const processes = { file: "packages/server/src/launch/process.ts", test: "packages/server/test/launch/process.test.ts" }
const files = { ...processes, file: "packages/server/src/launch/runFiles.ts" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...processes,
    control: "a launched process inherits nothing but what is named",
    find: "const env = { ...inherited,",
    replace: "const env = { ...process.env, ...inherited,"
  },
  {
    ...processes,
    control: "the key of a launched process is no argument of it",
    find: "spawn(file, args, {",
    replace: `spawn(file, [...args, env["VENDO_API_KEY"] ?? ""], {`
  },
  {
    ...processes,
    control: "a launched process is in a group of its own, and goes on without us",
    find: "detached: true,",
    replace: ""
  },
  {
    ...processes,
    control: "what was launched and runs is left alone",
    find: `if (yield* files.isRunning(target, args)) return`,
    replace: `if ((yield* files.isRunning(target, args)) && launch.image !== undefined) return`
  },
  {
    ...processes,
    control: "of two launches at once one starts something",
    find: "        turns.withPermit\n",
    replace: ""
  },
  {
    ...processes,
    control: "a launch into a directory that is none fails",
    find: `({ type }) => type === "Directory"`,
    replace: `({ type }) => type !== "Unknown"`
  },
  {
    ...files,
    control: "the number of a process that ended may be another's",
    find: 'line.endsWith(args.map((word) => `\\0${word}`).join("") + "\\0")',
    replace: 'line !== ""'
  },
  {
    ...files,
    control: "what a launched process prints is for the owner of the service alone",
    find: "yield* fs.chmod(log, 0o600)",
    replace: ""
  },
  {
    ...files,
    control: "nobody else lists what was launched",
    find: "yield* fs.chmod(directory, 0o700)",
    replace: ""
  },
  {
    ...files,
    control: "a log does not grow for ever",
    find: "bytes > longestLog",
    replace: "bytes > 2 * longestLog"
  },
  {
    ...processes,
    file: "packages/server/src/launch/serviceUrl.ts",
    control: "a launched process is told an address it can reach",
    find: `.replace("//[::]", "//[::1]")`,
    replace: ""
  },
  {
    ...processes,
    file: "packages/server/src/launch/serviceUrl.ts",
    control: "behind a domain a launched process uses its name",
    find: "Option.isSome(domain) ? publicUrl",
    replace: "Option.isNone(domain) ? publicUrl"
  },
  {
    file: "packages/server/src/launchSettings.ts",
    test: "packages/server/test/launch/launchSettings.test.ts",
    control: "in production nobody starts programs unasked",
    find: `(environment === "development" ? "process" : "none")`,
    replace: `"process"`
  },
  {
    file: "packages/server/src/launchSettings.ts",
    test: "packages/server/test/launch/launchSettings.test.ts",
    control: "what a process inherits is listed, and none of it is a secret",
    find: `"TMPDIR", "TERM"]`,
    replace: `"TMPDIR", "TERM", "DATABASE_URL"]`
  },
  {
    file: "packages/server/src/DeploymentsRoutes.ts",
    test: "packages/server/test/launch/launching.slow.test.ts",
    name: "takes them away with their deployment",
    control: "a container goes with its deployment",
    find: "launcher.remove({ tenant: params.tenant, deployment })",
    replace: "Effect.void"
  },
  {
    file: "packages/server/src/LifecycleRoutes.ts",
    test: "packages/server/test/launch/launching.slow.test.ts",
    name: "takes them away with their deployment",
    control: "a container whose deployment is stopped is not started again by its engine",
    find: "launcher.remove({ tenant, deployment })",
    replace: "Effect.void"
  }
]
