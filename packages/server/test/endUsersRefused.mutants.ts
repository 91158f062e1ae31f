import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/endUsersRefused.slow.test.ts"
const identity = { file: "packages/broker/src/access/UserIdentity.ts", test }
const rules = { file: "packages/broker/src/access/userTokenRules.ts", test }
const decisions = { file: "packages/broker/src/vend/decisions.ts", test }
const resolver = { file: "packages/broker/src/vend/CredentialResolver.ts", test }
const vend = { file: "packages/broker/src/database/migrations/0007_replace_vend_function.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...resolver,
    control: "a user token that is refused does not make its sender nobody",
    find: `onFailure: (fault): User => ({ user: Option.none(), fault }),`,
    replace: `onFailure: (): User => ({ user: Option.none(), fault: undefined }),`
  },
  {
    ...resolver,
    control: "nothing is granted to a user nobody verified, not even in the log",
    find: `slug: fault === undefined ? slug : "",`,
    replace: `slug,`
  },
  {
    ...decisions,
    control: "the key is judged before the user",
    find: `if (decision === "app_revoked" || decision === "app_expired") return`,
    replace: `if (fault === undefined && (decision === "app_revoked" || decision === "app_expired")) return`
  },
  {
    ...decisions,
    control: "the user is judged before the provider",
    find: `if (fault !== undefined) return fault`,
    replace: `if (fault !== undefined && Option.isSome(Catalog.find(slug))) return fault`
  },
  {
    ...decisions,
    control: "a user who is of another tenant is judged before the provider",
    find: `if (decision === "identity_invalid") return`,
    replace: `if (decision === "identity_invalid" && Option.isSome(Catalog.find(slug))) return`
  },
  {
    ...identity,
    control: "a user token is what its issuer signed",
    find: `if (!(yield* isSignedBy(jwt, key.key, key.algorithm)) || (issuer.lowS && !isLowS(token.signature))) {`,
    replace: `if (issuer.lowS && !isLowS(token.signature)) {`
  },
  {
    ...identity,
    control: "a token of the broker's own has one spelling",
    find: ` || (issuer.lowS && !isLowS(token.signature))`,
    replace: ``
  },
  {
    file: "packages/broker/src/vault/tokenSignature.ts",
    test,
    control: "a token is remembered by all of it",
    find: `update(Redacted.value(jwt)).digest("base64")`,
    replace: `update(Redacted.value(jwt).split(".")[1] ?? "").digest("base64")`
  },
  {
    ...rules,
    control: "a token is for this installation",
    find: `({ claims }, { audience }) => isFor(claims, audience)`,
    replace: `({ claims }, { audience }) => audience === "" || isText(claims["iss"])`
  },
  {
    ...rules,
    control: "a token ends",
    find: `expiry !== undefined && now < expiry`,
    replace: `expiry !== undefined`
  },
  {
    ...rules,
    control: "a token is not for longer than a day",
    find: `const longestLife = 24 * 3600 * second`,
    replace: `const longestLife = 25 * 3600 * second`
  },
  {
    ...rules,
    control: "a token is not of the future",
    find: `const skew = 60 * second`,
    replace: `const skew = 120 * second`
  },
  {
    ...vend,
    control: "a user token is for the tenant it names",
    find: `u.tenant IS DISTINCT FROM k.tenant_id::text`,
    replace: `u.tenant IS NULL`
  },
  {
    ...vend,
    control: "a user token is for the app it names",
    find: `OR u.app <> k.app_id::text`,
    replace: ``
  },
  {
    ...vend,
    control: "the removal of a user ends the tokens issued before",
    find: `OR to_timestamp(u.iat) <= r.removed_at`,
    replace: ``
  },
  {
    ...vend,
    control: "a user without a connection does not fall back to the deployment's",
    find: `AND b.integration = a.i AND b.user_subject = coalesce(u.sub, '')
        LEFT JOIN broker.connections c
          ON c.tenant_id = k.tenant_id AND c.id = coalesce(b.connection_id, k.connection_id)
          AND c.integration = a.i AND c.user_subject = coalesce(u.sub, '')`,
    replace: `AND b.integration = a.i AND b.user_subject = ''
        LEFT JOIN broker.connections c
          ON c.tenant_id = k.tenant_id AND c.id = coalesce(b.connection_id, k.connection_id)
          AND c.integration = a.i`
  },
  {
    file: "packages/server/src/Framing.ts",
    test,
    control: "a header of ours is sent once",
    find: ` || name.startsWith("x-vendo-")`,
    replace: ``
  },
  {
    file: "packages/server/src/asking.ts",
    test,
    control: "an empty user token is one",
    find: `redacted(headers["x-vendo-user-jwt"])`,
    replace: `redacted(headers["x-vendo-user-jwt"] || undefined)`
  }
]
