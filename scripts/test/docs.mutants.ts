import type { Mutant } from "@vendodev/testing/Mutant"

const test = "scripts/test/docs.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a link in the documentation leads somewhere",
    file: "docs/concepts.md",
    find: "# Concepts",
    replace: "# Concepts\n\n[Next](concept.md)",
    test,
    name: "has no relative link"
  },
  {
    control: "a link to a heading finds it",
    file: "docs/operate.md",
    find: "## The key file",
    replace: "## Key file",
    test,
    name: "has no relative link"
  },
  {
    control: "every page is reached from the README",
    file: "README.md",
    find: "| [Performance](docs/performance.md) |",
    replace: "| Performance |",
    test,
    name: "is reached from the README"
  },
  {
    control: "every setting that is read is documented",
    file: "packages/server/src/Settings.ts",
    find: `Config.NonEmptyString("HOST")`,
    replace: `Config.NonEmptyString("LISTEN_ON")`,
    test,
    name: "names every environment variable"
  },
  {
    control: "every setting that is documented is read",
    file: "docs/operate.md",
    find: "| `VENDO_TENANT` |",
    replace: "| `VENDO_TENNANT` |",
    test,
    name: "names every environment variable"
  },
  {
    control: "no page tells of a setting that is not there",
    file: "docs/cli.md",
    find: "set `VENDO_URL` and `VENDO_ADMIN_TOKEN`",
    replace: "set `VENDO_SERVER` and `VENDO_ADMIN_TOKEN`",
    test,
    name: "mentions no environment variable"
  },
  {
    control: "the proof of a promise is a file that is there",
    file: "docs/security.md",
    find: "`packages/broker/test/manage/exclusive.pg.test.ts`",
    replace: "`packages/broker/test/manage/exclusivity.pg.test.ts`",
    test,
    name: "proves its promises"
  },
  {
    control: "the README tests with the command of the build",
    file: "README.md",
    find: "npx -y pnpm@12.21.0 test",
    replace: "pnpm test",
    test,
    name: "starts and tests"
  },
  {
    control: "every page names the one version of pnpm",
    file: "docs/cli.md",
    find: "alias vendo='npx -y pnpm@12.21.0 vendo'",
    replace: "alias vendo='npx -y pnpm@12 vendo'",
    test,
    name: "starts and tests"
  },
  {
    control: "a script that is named can be run",
    file: "docs/contributing.md",
    find: "pnpm mutants --list",
    replace: "pnpm mutate --list",
    test,
    name: "names no script"
  },
  {
    control: "a command that is named can be run",
    file: "docs/operate.md",
    find: "pnpm vendo-server keys create",
    replace: "pnpm vendo-server keys new",
    test,
    name: "names no command"
  }
]
