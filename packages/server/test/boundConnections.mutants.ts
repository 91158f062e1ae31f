import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/boundConnections.pg.test.ts"
const refused = "packages/server/test/boundConnectionsRefused.pg.test.ts"
const gate = "packages/broker/src/database/migrations/0008_create_ledger_and_connect_sessions.ts"
const listing = "packages/broker/src/vend/BoundConnections.ts"
const entry = "packages/broker/src/vend/boundEntry.ts"
const caller = "packages/broker/src/access/CallingApp.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "an exclusive credential stays where it is when a sandbox asks",
    file: listing,
    find: `sandbox || app.kind === "sandbox"`,
    replace: `app.kind === "sandbox"`,
    test
  },
  {
    control: "an app that is a sandbox is one whatever it says",
    file: listing,
    find: `sandbox || app.kind === "sandbox"`,
    replace: `sandbox`,
    test
  },
  {
    control: "a misspelt word of the query is refused",
    file: "packages/api/src/RuntimeGroup.ts",
    find: `.annotate(HttpApi.QueryParseOptions, { onExcessProperty: "error" })`,
    replace: ``,
    test
  },
  {
    control: "a token that expires is not listed, nor asked for",
    file: "packages/broker/src/vend/boundCredentials.ts",
    find: `composio_managed: false`,
    replace: `composio_managed: true`,
    test
  },
  {
    control: "a connection that needs its user is not vended",
    file: entry,
    find: `return { status, error: failure ?? \`the \${slug} connection must`,
    replace: `return { status, error: \`the \${slug} connection must`,
    test
  },
  {
    control: "what is revoked or not finished is still to be connected",
    file: entry,
    find: `    case "pending":
    case "revoked":
      return available`,
    replace: `    case "pending":
      return available
    case "revoked":
      return { status: "connected", error: null }`,
    test
  },
  {
    control: "only the named user's connections are listed",
    file: gate,
    find: `AND b.user_subject = coalesce(claims ->> 'sub', '')`,
    replace: ``,
    test: refused
  },
  {
    control: "the caller's key is listed with a pool alone",
    file: entry,
    find: `api_key: isPool ? given.callersKey : null`,
    replace: `api_key: given.callersKey`,
    test
  },
  {
    control: "a key of one connection lists nothing",
    file: caller,
    find: `row.app_id === null
    ?`,
    replace: `row.app_id === "none"
    ?`,
    test: refused
  },
  {
    control: "a user of another tenant is nobody here",
    file: gate,
    find: `u.tenant IS DISTINCT FROM k.tenant_id::text`,
    replace: `false`,
    test: refused
  },
  {
    control: "a user token of another app is not good for this one",
    file: gate,
    find: `OR u.app <> k.app_id::text`,
    replace: ``,
    test: refused
  },
  {
    control: "a user who was removed is refused",
    file: gate,
    find: `(u.iat IS NULL OR to_timestamp(u.iat) <= r.removed_at)`,
    replace: `false`,
    test: refused
  },
  {
    control: "the key is judged before the user",
    file: caller,
    find: `Effect.tapError(() => judged(keyHash))`,
    replace: `Effect.tapError(() => Effect.void)`,
    test: refused
  },
  {
    control: "a user who may not speak here is refused, and not taken for nobody",
    file: caller,
    find: `decision === "identity_invalid" ? Effect.fail(userRefused) : Effect.as(judge(decision), row)`,
    replace: `Effect.as(decision === "identity_invalid" ? Effect.void : judge(decision), row)`,
    test: refused
  }
]
