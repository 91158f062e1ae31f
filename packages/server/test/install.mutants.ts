import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/install.pg.test.ts"
const routes = { file: "packages/server/src/DeploymentsRoutes.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...routes,
    control: "a repeated request is known by its name",
    find: "if (key === undefined) return Option.none<Attempt>()",
    replace: "if (key !== undefined) return Option.none<Attempt>()"
  },
  {
    ...routes,
    control: "the order of a body's keys is no difference",
    find: "Redacted.make(canonical(yield* Effect.orDie(encode(asked))))",
    replace: "Redacted.make(JSON.stringify(yield* Effect.orDie(encode(asked))))"
  },
  {
    ...routes,
    control: "a stranger is not told what is wrong with a manifest",
    find: "const attempt = yield* attemptOf(asked, key)",
    replace: "yield* read(source)\n      const attempt = yield* attemptOf(asked, key)"
  },
  {
    ...routes,
    control: "either a manifest or a tool is installed",
    find: "if (manifest !== undefined && tool === undefined) return",
    replace: "if (manifest !== undefined) return"
  },
  {
    file: "packages/server/src/readManifest.ts",
    test,
    control: "the faults of a manifest are counted",
    find: "return others === 0 ?",
    replace: "return others >= 0 ?"
  },
  {
    file: "packages/server/src/LongBody.ts",
    test,
    control: "a body on the routes of manifests is not endless",
    find: "ByteSize.kibibytes(256)",
    replace: "ByteSize.mebibytes(256)"
  },
  {
    file: "packages/api/src/ToolsGroup.ts",
    test,
    control: "a version is a number in one spelling",
    find: `/^[1-9]\\d{0,9}$/`,
    replace: `/^.*$/`
  },
  {
    file: "packages/domain/src/Installation.ts",
    test,
    control: "a variable's value can be handed to a process",
    find: `text.length <= 10_000 && text.isWellFormed() && !text.includes("\\0")`,
    replace: `text.length <= 10_000 && text.isWellFormed()`
  },
  {
    file: "packages/broker/src/install/deploymentRows.ts",
    test,
    control: "a destroyed deployment is not listed",
    find: "WHERE d.status <> 'destroyed' ORDER BY",
    replace: "ORDER BY"
  }
]
