import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/connectSessions.pg.test.ts"
const gate = "packages/broker/src/database/migrations/0008_create_ledger_and_connect_sessions.ts"
const sessions = "packages/broker/src/access/ConnectSessions.ts"
const edges = "packages/server/src/Edges.ts"
const group = "packages/api/src/RuntimeGroup.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a ticket is kept as its keyed hash",
    file: sessions,
    find: "${keyring.hash(ticket)}, ${keyring.pepperId}",
    replace: "${Buffer.from(Redacted.value(ticket).slice(0, 32))}, ${keyring.pepperId}",
    test
  },
  {
    control: "a ticket lives ten minutes",
    file: gate,
    find: "interval '10 minutes'",
    replace: "interval '1 hour'",
    test
  },
  {
    control: "sessions that are over are cleared away",
    file: gate,
    find: "WHERE o.expires_at <= now()\n",
    replace: "WHERE false\n",
    test
  },
  {
    control: "opening one is recorded",
    file: gate,
    find: "PERFORM gate.append(ARRAY[k.tenant_id], ARRAY[jsonb_build_object('action', 'connect_session.open'",
    replace: "PERFORM (ARRAY[k.tenant_id], ARRAY[jsonb_build_object('action', 'connect_session.open'",
    test
  },
  {
    control: "a ticket is let through on its page",
    file: edges,
    find: "isSecretQuery(withoutTicket(target).slice(at + 1))",
    replace: "isSecretQuery(target.slice(at + 1))",
    test
  },
  {
    control: "a ticket is let through on its page alone",
    file: edges,
    find: "^(\\/connections\\/connect\\/[^?]*\\?)",
    replace: "^([^?]*\\?)",
    test
  },
  {
    control: "nothing but a whole ticket passes for one",
    file: edges,
    find: "ticket=vendo_ct_[0-9A-Za-z]{42}(?=&|$)",
    replace: "ticket=[^&]*",
    test
  },
  {
    control: "an address to return to holds no user and no password",
    file: group,
    find: `return username === "" && password === ""`,
    replace: `return username !== password || username === ""`,
    test
  },
  {
    control: "no key is kept in an address to return to",
    file: group,
    find: "text.length > 2048 || keyLike.test(text) ||",
    replace: "text.length > 2048 ||",
    test
  },
  {
    control: "no key is kept in a state",
    file: group,
    find: " && !keyLike.test(text)",
    replace: "",
    test
  },
  {
    control: "a session that names a user is that user's",
    file: gate,
    find: "k.key_id, coalesce(claims ->> 'sub', ''), slug",
    replace: "k.key_id, '', slug",
    test
  },
  {
    control: "an address nobody knows is not made up",
    file: sessions,
    find: "if (Option.isNone(publicUrl)) return yield* noAddress",
    replace: `if (Option.isNone(publicUrl)) return yield* Effect.die("nowhere")`,
    test
  },
  {
    control: "who asks is judged before what is asked for",
    file: sessions,
    find: "yield* ofApp(yield* callers.ask(presented, callerOf))",
    replace: "",
    test
  }
]
