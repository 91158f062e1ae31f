import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/install/Tools.pg.test.ts"
const tools = { file: "packages/broker/src/install/Tools.ts", test }
const table = { file: "packages/broker/src/database/migrations/0010_create_deployments.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...tools,
    control: "the store is listed for an admin alone",
    find: `list: Effect.fn("Tools.list")(function* (token) {\n          yield* admit(token)`,
    replace: `list: Effect.fn("Tools.list")(function* (token) {\n          yield* Effect.succeed(token)`
  },
  {
    ...tools,
    control: "a stranger's text is not read",
    find: "            const { hash } = yield* admit(token)\n            return yield* publishAs(hash, source, yield* read)",
    replace:
      "            const manifest = yield* read\n            const { hash } = yield* admit(token)\n            return yield* publishAs(hash, source, manifest)"
  },
  {
    ...tools,
    control: "the newest version is the one that is meant",
    find: "ORDER BY version DESC LIMIT 1",
    replace: "ORDER BY version LIMIT 1"
  },
  {
    ...table,
    control: "the function that publishes asks for the token itself",
    find: "IF gate.admin(h) IS NULL THEN RAISE EXCEPTION 'no admin token' USING errcode = '42501'; END IF;\n      INSERT INTO broker.tools",
    replace: "INSERT INTO broker.tools"
  },
  {
    ...table,
    control: "each text gets a number of its own",
    find: "PERFORM pg_advisory_xact_lock(8601121, hashtext(name));",
    replace: ""
  },
  {
    ...table,
    control: "the same text is the same version",
    find: "max(v.version) FILTER (WHERE v.source = text_of)",
    replace: "max(v.version) FILTER (WHERE v.source = text_of AND false)"
  },
  {
    ...table,
    control: "the server can not write the store by itself",
    find: "`GRANT SELECT ON broker.tools, broker.tool_versions, broker.deployment_steps TO vendo_server`",
    replace:
      "`GRANT SELECT, INSERT, UPDATE ON broker.tools, broker.tool_versions, broker.deployment_steps TO vendo_server`, `CREATE POLICY w ON broker.tools FOR ALL TO vendo_server USING (true)`, `CREATE POLICY w ON broker.tool_versions FOR ALL TO vendo_server USING (true)`"
  }
]
