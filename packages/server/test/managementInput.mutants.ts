import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/managementInput.pg.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a field nobody asked for is an error",
    file: "packages/api/src/VendoApi.ts",
    find: `{ onExcessProperty: "error" }`,
    replace: `{ onExcessProperty: "ignore" }`,
    test
  },
  {
    control: "what the caller called a field is not said back unless it is a name",
    file: "packages/server/src/ValidRequest.ts",
    find: `isName(path) ? path`,
    replace: `path !== "" ? path`,
    test
  },
  {
    control: "a body has at most 64 kB",
    file: "packages/server/src/Routes.ts",
    find: `ByteSize.kibibytes(64)`,
    replace: `ByteSize.kibibytes(640)`,
    test
  },
  {
    control: "a body is JSON and says so",
    file: "packages/server/src/Edges.ts",
    find: `if (response.status === 415) {`,
    replace: `if (response.status === 999) {`,
    test
  },
  {
    control: "a time is one the database can read",
    file: "packages/api/src/ManagementGroup.ts",
    find: `expires_at: Schema.optionalKey(Expiry)`,
    replace: `expires_at: Schema.optionalKey(Schema.DateTimeUtcFromString)`,
    test
  },
  {
    control: "a time lies ahead",
    file: "packages/server/src/Management.ts",
    find: `if (expires !== undefined && DateTime.isLessThanOrEqualTo(expires, yield* DateTime.now)) {`,
    replace: `if (false) {`,
    test
  },
  {
    control: "an id is lower case, whole and bare",
    file: "packages/domain/src/Ids.ts",
    find: `/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/`,
    replace: `/[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}/i`,
    test
  },
  {
    control: "somebody else's object is nobody's",
    file: "packages/broker/src/manage/Apps.ts",
    find: `new NotFound({ detail: "there is no such app" })`,
    replace: `new NotFound({ detail: \`there is no app \${id}\` })`,
    test
  }
]
