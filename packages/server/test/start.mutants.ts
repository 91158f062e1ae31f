import type { Mutant } from "@vendodev/testing/Mutant"

const demo = { file: "packages/server/src/Demo.ts", test: "packages/server/test/start.slow.test.ts" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...demo,
    control: "dev.json is its owner's alone",
    find: "mode: 0o600",
    replace: "mode: 0o644"
  },
  {
    ...demo,
    control: "a key is shown once",
    find: "fresh: Option.isNone(known)",
    replace: "fresh: true"
  },
  {
    ...demo,
    control: "a second start makes nothing new",
    find: "const apps = Option.isSome(known)\n    ?",
    replace: "const apps = known._tag.length === 0\n    ?"
  },
  {
    ...demo,
    control: "a blank variable is none",
    find: `Redacted.value(key).trim() !== ""`,
    replace: `Redacted.value(key) !== ""`
  }
]
