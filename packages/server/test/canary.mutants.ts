import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/canary.slow.test.ts"
const connections = { file: "packages/broker/src/manage/Connections.ts", test }
const edges = { file: "packages/server/src/Edges.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...connections,
    control: "no credential in the audit log",
    find: "with: { integration: slug, profile, ",
    replace: `with: { integration: slug, profile, credential: Redacted.value(Option.getOrElse(secret, () => Redacted.make(""))), `
  },
  {
    ...connections,
    control: "no credential in the metadata of a connection",
    find: "{ [identity.value.field]: identity.value.value }",
    replace: `{ [identity.value.field]: identity.value.value, credential: Redacted.value(Option.getOrElse(secret, () => Redacted.make(""))) }`
  },
  {
    control: "no pasted credential in the answer that refuses it",
    file: "packages/broker/src/manage/credentialRules.ts",
    test,
    find: "`this is a Vendo key, not a credential of ${integration.name}`",
    replace: "`this is a Vendo key, not a credential of ${integration.name}: ${text}`"
  },
  {
    ...edges,
    control: "no key in the log of a defect",
    find: 'Effect.logError("defect", cause), { requestId }',
    replace: 'Effect.logError("defect", cause), { requestId, key: request.headers["authorization"] }'
  },
  {
    control: "a key in the place of a slug is neither repeated nor recorded",
    file: "packages/server/src/asking.ts",
    find: " && !keyLike.test(text)",
    replace: "",
    test: "packages/server/test/canary.slow.test.ts"
  },
  {
    control: "what stands in a path is in no span",
    file: "packages/server/src/requestSpan.ts",
    find: "Effect.makeSpan(`${request.method} ${route}`",
    replace: "Effect.makeSpan(`${request.method} ${request.url}`",
    test
  },
  {
    control: "the library's own span, which holds the whole target, is not made",
    file: "packages/server/src/Observability.ts",
    find: "HttpMiddleware.TracerDisabledWhen, () => true",
    replace: "HttpMiddleware.TracerDisabledWhen, () => false",
    test
  }
]
