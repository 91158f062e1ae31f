import type { Mutant } from "@vendodev/testing/Mutant"

const keyFile = { file: "packages/server/src/KeyFile.ts", test: "packages/server/test/KeyFile.test.ts" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...keyFile,
    control: "a key file open to others is refused",
    find: "(info.mode & 0o077) !== 0",
    replace: "(info.mode & 0o007) !== 0"
  },
  {
    ...keyFile,
    control: "a key has 32 bytes",
    find: "bytes.length === keyLength && ",
    replace: ""
  },
  {
    ...keyFile,
    control: "a key is canonical base64",
    find: ` && bytes.toString("base64") === encoded`,
    replace: ""
  },
  {
    ...keyFile,
    control: "a key of nothing but zeroes is refused",
    find: "bytes.every((byte) => byte === 0)",
    replace: "bytes.length === 0"
  },
  {
    ...keyFile,
    control: "two keys of one id are refused",
    find: "new Set(ids).size !== ids.length",
    replace: "ids.length === 0"
  },
  {
    ...keyFile,
    control: "the id of the root's check is no KEK's",
    find: `ids.includes("root")`,
    replace: `ids.includes("")`
  },
  {
    ...keyFile,
    control: "the active key is among the keys",
    find: "!ids.includes(contents.active)",
    replace: "ids.length === 0"
  },
  {
    ...keyFile,
    control: "a key in the place of an id is not shown",
    find: "[A-Za-z0-9._-]{1,32}",
    replace: ".*"
  },
  {
    ...keyFile,
    control: "a key file of another format is refused",
    find: `Schema.Literal("vendo-keys/1")`,
    replace: "Schema.String"
  },
  {
    ...keyFile,
    control: "a key file is never replaced",
    find: `flag: "wx"`,
    replace: `flag: "w"`
  },
  {
    ...keyFile,
    control: "a key file is made for its owner alone",
    find: "mode: 0o400",
    replace: "mode: 0o444"
  },
  {
    ...keyFile,
    control: "every fault is told, not the first",
    find: "return yield* invalid(path, ...faults)",
    replace: "return yield* invalid(path, ...faults.slice(0, 1))"
  }
]
