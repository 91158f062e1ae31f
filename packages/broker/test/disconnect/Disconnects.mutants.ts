import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/disconnect/Disconnects.pg.test.ts"
const disconnects = { file: "packages/broker/src/disconnect/Disconnects.ts", test }
const revocations = { file: "packages/broker/src/disconnect/Revocations.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...disconnects,
    control: "a plan changes nothing",
    find: "upstream: yield* revocations.foresee(id)",
    replace: "upstream: yield* revocations.queue(id)"
  },
  {
    ...disconnects,
    control: "a removal unbinds",
    find: "yield* unbind(connection, deployments)",
    replace: ""
  },
  {
    ...disconnects,
    control: "a removal revokes the keys of the connection",
    find: "yield* revokeKeys(id)",
    replace: ""
  },
  {
    ...disconnects,
    control: "a removal revokes no other keys",
    find: "SET revoked_at = now() WHERE connection_id = ${id} AND revoked_at IS NULL",
    replace: "SET revoked_at = now() WHERE revoked_at IS NULL"
  },
  {
    ...disconnects,
    control: "a removal destroys the credential",
    find: "const revoked = yield* connections.revoke(id)",
    replace: "const revoked = connection"
  },
  {
    ...disconnects,
    control: "a removal has the upstream told",
    find: "const upstream = yield* revocations.queue(id)",
    replace: "const upstream = yield* revocations.foresee(id)"
  },
  {
    ...disconnects,
    control: "the upstream's part is kept before the credential is destroyed",
    find: `          const upstream = yield* revocations.queue(id)
          const revoked = yield* connections.revoke(id)`,
    replace: `          const revoked = yield* connections.revoke(id)
          const upstream = yield* revocations.queue(id)`
  },
  {
    ...disconnects,
    control: "keys that were revoked before are not named",
    find: "WHERE connection_id = ${id} AND revoked_at IS NULL ORDER BY id",
    replace: "WHERE connection_id = ${id} ORDER BY id"
  },
  {
    ...disconnects,
    control: "what end users connect is in nobody's variables",
    find: "user !== null",
    replace: "user === undefined"
  },
  {
    ...disconnects,
    control: "a variable that is not set does not go away",
    find: `source.kind === "metadata" && Option.isNone(textAt(metadata, source.path)) ? [] : [name]`,
    replace: "Option.isNone(textAt(metadata, source.kind)) ? [name] : []"
  },
  {
    ...disconnects,
    control: "a removal is recorded once",
    find: `if (connection.status !== "revoked" || deployments.length > 0 || upstream.outcome === "revoked") {`,
    replace: `if (connection !== undefined) {`
  },
  {
    ...disconnects,
    control: "an unbinding by a removal is recorded",
    find: `action: "binding.remove"`,
    replace: `action: "binding.set"`
  },
  {
    ...disconnects,
    control: "nothing is bound to a connection that is being removed",
    name: "leaves nothing bound",
    find: "yield* sql`SELECT FROM broker.connections WHERE id = ${id} FOR UPDATE`",
    replace: ""
  },
  {
    file: "packages/broker/src/manage/AppKeys.ts",
    test,
    name: "is final at once",
    control: "no key is minted for a connection that ended",
    find: `if (status !== "revoked") return id`,
    replace: `if (status !== "pending") return id`
  },
  {
    ...revocations,
    control: "a box that does not open keeps no connection from ending",
    find: `onFailure: () => ({ credential: "unreadable" }) as const,`,
    replace: `onFailure: (): { readonly credential: "unreadable" } => { throw new Error("unreadable") },`
  },
  {
    file: "packages/broker/src/disconnect/lastUse.ts",
    test,
    control: "a use is of this connection",
    find: "WHERE a.body ->> 'connection' = ${connection}\n      AND a.body",
    replace: "WHERE ${connection}::text <> ''\n      AND a.body"
  }
]
