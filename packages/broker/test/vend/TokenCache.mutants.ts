import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/vend/TokenCache.pg.test.ts"
const cache = { file: "packages/broker/src/vend/TokenCache.ts", test }
const leases = { file: "packages/broker/src/database/migrations/0005_create_token_leases.ts", test }
const vend = { file: "packages/broker/src/database/migrations/0007_replace_vend_function.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    file: "packages/broker/src/flights.ts",
    test,
    name: "though who asked for it has left",
    control: "a flight belongs to nobody who waits for it",
    find: `Effect.as(Effect.forkIn(flown, scope), {`,
    replace: `Effect.as(Effect.forkChild(flown), {`
  },
  {
    ...vend,
    name: "sixty seconds before",
    control: "a token that is no longer fresh is not granted",
    find: `OR c.token_fresh_until > now() THEN 'granted'`,
    replace: `OR c.token_valid_until > now() THEN 'granted'`
  },
  {
    ...vend,
    name: "in its last minute",
    control: "a token is not served in its last ten seconds",
    find: `c.token_valid_until > now() + interval '10 seconds'`,
    replace: `c.token_valid_until > now()`
  },
  {
    file: "packages/broker/src/vend/CredentialResolver.ts",
    test,
    name: "in its last minute",
    control: "what is still valid is served when no other is to be had",
    find: `error._tag !== "upstream_error"`,
    replace: `error._tag !== "unavailable"`
  },
  {
    file: "packages/broker/src/vend/CredentialResolver.ts",
    test,
    name: "in its last minute",
    control: "a token that is not fresh says why",
    find: `({ ...token, warning: error._tag })`,
    replace: `token`
  },
  {
    ...leases,
    name: "its connection then rests",
    control: "a connection that failed is left alone for a while",
    find: `ELSIF c.next_attempt_at > moment THEN`,
    replace: `ELSIF c.next_attempt_at > moment + interval '1 hour' THEN`
  },
  {
    ...leases,
    name: "keeps failing",
    control: "a connection that fails three times in a row is in error",
    find: `WHEN failed >= 3 OR`,
    replace: `WHEN failed >= 30 OR`
  },
  {
    ...leases,
    name: "another tenant's account",
    control: "the token of another tenant's account is not kept",
    find: `o.token_fingerprint = fingerprint AND o.secret_box IS NOT NULL`,
    replace: `o.token_fingerprint = fingerprint AND o.secret_box IS NULL`
  },
  {
    ...cache,
    name: "in its last tenth",
    control: "a token in use is replaced ahead of time",
    find: `return granted.renew
`,
    replace: `return granted.renew && granted.expires_ms === 0
`
  },
  {
    ...cache,
    name: "a thousand callers",
    control: "callers join one flight",
    find: "join(`${wish.connection}/${wish.version}`,",
    replace: "join(crypto.randomUUID(),"
  }
]
