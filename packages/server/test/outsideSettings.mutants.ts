import type { Mutant } from "@vendodev/testing/Mutant"

const outside = {
  file: "packages/server/src/outsideSettings.ts",
  test: "packages/server/test/outsideSettings.test.ts"
}
const inMemory = { ...outside, test: "packages/server/test/secretsInMemory.test.ts" }
const settings = { ...outside, file: "packages/server/src/Settings.ts" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...outside,
    control: "a key of Composio does not go over plain HTTP",
    find: "(url) => Option.isNone(faultOfBaseUrl(url))",
    replace: "(url) => url.length > 0"
  },
  {
    ...outside,
    control: "an issuer without keys or audience is refused, not left out",
    find: "...(isMissing.length === names.length",
    replace: "...(isMissing.length > 0"
  },
  {
    ...outside,
    control: "keys that verify users do not come over plain HTTP",
    find: "return visible.test(text) && isSafeKeySetUrl(text) ?",
    replace: "return visible.test(text) ?"
  },
  {
    ...outside,
    control: "the public address holds no password and no query",
    find: 'url.username === "" &&',
    replace: ""
  },
  {
    ...settings,
    control: "an issuer from outside is not this installation itself",
    find: "external.issuer === issuer",
    replace: 'external.issuer === ""'
  },
  {
    ...settings,
    control: "where it listens on everything is no address",
    find: "port === 0 || wildcards.has(host)",
    replace: "port === 0"
  },
  {
    ...inMemory,
    control: "the key of Composio is redacted from the first byte on",
    find: 'Redacted.make(key, { label: "Composio key" })',
    replace: "key"
  },
  {
    ...inMemory,
    control: "what a collector must be told is redacted",
    find: 'Redacted.make(Option.getOrUndefined(headers) ?? {}, { label: "telemetry headers" })',
    replace: "Option.getOrUndefined(headers)"
  },
  {
    ...inMemory,
    control: "an issued user token is redacted from the first byte on",
    file: "packages/api/src/RuntimeGroup.ts",
    find: "token: Schema.RedactedFromValue(Schema.String)",
    replace: "token: Schema.String"
  }
]
