import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/endUsers.slow.test.ts"
const vend = { file: "packages/broker/src/database/migrations/0007_replace_vend_function.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...vend,
    control: "a user opens what is bound for that user",
    find: `AND b.integration = a.i AND b.user_subject = coalesce(u.sub, '')
        LEFT JOIN broker.connections c
          ON c.tenant_id = k.tenant_id AND c.id = coalesce(b.connection_id, k.connection_id)
          AND c.integration = a.i AND c.user_subject = coalesce(u.sub, '')`,
    replace: `AND b.integration = a.i AND b.user_subject = (SELECT min(x.user_subject) FROM broker.app_connection_bindings x
            WHERE x.app_id = k.app_id AND x.integration = a.i AND x.user_subject >= coalesce(u.sub, ''))
        LEFT JOIN broker.connections c
          ON c.tenant_id = k.tenant_id AND c.id = coalesce(b.connection_id, k.connection_id)
          AND c.integration = a.i`
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
    ...vend,
    control: "two subjects are the same when every character is",
    find: `AND b.integration = a.i AND b.user_subject = coalesce(u.sub, '')
        LEFT JOIN broker.connections c
          ON c.tenant_id = k.tenant_id AND c.id = coalesce(b.connection_id, k.connection_id)
          AND c.integration = a.i AND c.user_subject = coalesce(u.sub, '')`,
    replace: `AND b.integration = a.i AND b.user_subject = (SELECT min(x.user_subject) FROM broker.app_connection_bindings x
            WHERE x.app_id = k.app_id AND x.integration = a.i AND lower(x.user_subject) = lower(coalesce(u.sub, '')))
        LEFT JOIN broker.connections c
          ON c.tenant_id = k.tenant_id AND c.id = coalesce(b.connection_id, k.connection_id)
          AND c.integration = a.i`
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
    control: "the removal of a user ends tokens that do not say when they were issued",
    find: `(u.iat IS NULL OR to_timestamp(u.iat) <= r.removed_at)`,
    replace: `to_timestamp(u.iat) <= r.removed_at`
  },
  {
    ...vend,
    control: "the removal of a user is over for tokens issued since",
    find: `(u.iat IS NULL OR to_timestamp(u.iat) <= r.removed_at)`,
    replace: `true`
  },
  {
    file: "packages/broker/src/vend/CredentialResolver.ts",
    test,
    control: "a user token that is refused does not make its sender nobody",
    find: `onFailure: (fault): User => ({ user: Option.none(), fault }),`,
    replace: `onFailure: (): User => ({ user: Option.none(), fault: undefined }),`
  },
  {
    file: "packages/server/src/asking.ts",
    test,
    control: "an empty user token is one",
    find: `redacted(headers["x-vendo-user-jwt"])`,
    replace: `redacted(headers["x-vendo-user-jwt"] || undefined)`
  },
  {
    file: "packages/broker/src/access/UserIdentity.ts",
    test,
    control: "a user token is what its issuer signed",
    find: `if (!(yield* isSignedBy(jwt, key.key, key.algorithm)) || (issuer.lowS && !isLowS(token.signature))) {`,
    replace: `if (issuer.lowS && !isLowS(token.signature)) {`
  },
  {
    file: "packages/broker/src/access/UserTokens.ts",
    test,
    control: "a user token of the broker's own is for the app that asked for it",
    find: `sub: subject, tenant_id, app_id, iat, exp, jti: id }`,
    replace: `sub: subject, tenant_id, app_id: tenant_id, iat, exp, jti: id }`
  },
  {
    file: "packages/broker/src/manage/AppKeys.ts",
    test,
    control: "no key opens a user's connection by itself",
    find: `if (user !== null) {`,
    replace: `if (user !== null && user === "") {`
  },
  {
    file: "packages/broker/src/manage/Bindings.ts",
    test,
    control: "an unbinding is for one user",
    find: `AND integration = \${slug} AND user_subject = \${user} RETURNING app_id`,
    replace: `AND integration = \${slug} RETURNING app_id`
  },
  {
    file: "packages/broker/src/manage/Connections.ts",
    test,
    control: "the removal of a user revokes that user's connections alone",
    find: `revokeAllOf: (user) => revokeWhere(sql\`user_subject = \${user}\`)`,
    replace: `revokeAllOf: (user) => revokeWhere(sql\`lower(user_subject) = lower(\${user})\`)`
  },
  {
    file: "packages/broker/src/vend/TokenMemory.ts",
    test,
    control: "a remembered token is used while it is the one in the row",
    find: ` || entry.version !== version`,
    replace: ``
  }
]
