import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/manage/installation.pg.test.ts"
const fuses = { file: "packages/broker/src/manage/Fuses.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    file: "packages/broker/src/manage/admission.ts",
    test,
    control: "what is of no one tenant is an admin token's alone",
    find: `gate === undefined || gate.actor === null`,
    replace: `gate === undefined`
  },
  {
    ...fuses,
    control: "a fuse that is not blown is not released",
    find: `gate?.released !== true || fuse === undefined`,
    replace: `fuse === undefined`
  },
  {
    file: "packages/broker/src/database/migrations/0005_create_token_leases.ts",
    test,
    control: "no fuse is made blind before it blows",
    find: `AND f.integration = slug AND f.blown_at IS NOT NULL RETURNING true`,
    replace: `AND f.integration = slug RETURNING true`
  },
  {
    ...fuses,
    control: "who released a fuse is in the log",
    find: `admin_token: actor }`,
    replace: `}`
  },
  {
    file: "packages/broker/src/manage/Doctor.ts",
    test,
    control: "the doctor asks nobody anything for somebody without an admin token",
    find: `yield* admit(token).pipe(orOutOfReach)
          return diagnose(yield* composio.check)`,
    replace: `const found = diagnose(yield* composio.check)
          yield* admit(token).pipe(orOutOfReach)
          return found`
  }
]
