import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/oauthCallback.pg.test.ts"
const visits = "packages/broker/src/connect/Visits.ts"
const gate = "packages/broker/src/database/migrations/0013_create_connect_visits.ts"
const install = "packages/broker/src/connect/oauthInstall.ts"
const connect = "packages/broker/src/connect/Connect.ts"
const result = "packages/server/src/connect/result.ts"

const anything = { test, name: "with anything else connects nothing" }
const answers = { test, name: "whatever the provider answers" }
const openers = { test, name: "tells only the origin" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "an opener may be called what it likes",
    file: "packages/server/src/Edges.ts",
    find: "opener_origin=)https?",
    replace: "opener_origin=)ftp",
    test,
    name: "tells only the origin"
  },
  {
    control: "an opener is an address, and no key",
    file: "packages/server/src/Edges.ts",
    find: "(?:[a-z0-9.:/-]|%3A|%2F)+(?=&|$)/i",
    replace: "[^&]+(?=&|$)/i",
    test: "packages/server/test/connectForms.pg.test.ts",
    name: "has no place for a key"
  },
  {
    control: "no opener is longer than what is kept of it",
    file: "packages/server/src/connect/result.ts",
    find: "origin === text && origin.length <= longest",
    replace: "origin === text",
    test,
    name: "tells only the origin"
  },
  {
    control: "a state that is another is not taken",
    file: visits,
    find: "AND v.step = 'away' AND v.state_hash = ${keyring.hash(state)}",
    replace: "AND v.step = 'away'",
    ...anything
  },
  {
    control: "a state is used up, whatever comes with it",
    file: visits,
    find: "SET step = 'open', state_hash = NULL, step_dek_version = NULL, step_box = NULL\n            FROM (SELECT",
    replace: "SET failure = v.failure\n            FROM (SELECT",
    test,
    name: "a second time connects nothing"
  },
  {
    control: "a visit is over after its time",
    file: gate,
    find: "v.token_hash = h AND v.expires_at > now() AND",
    replace: "v.token_hash = h AND",
    test,
    name: "after its time"
  },
  {
    control: "a visit ends with what opened it",
    file: gate,
    find: 'AND ${stillGood("v", "v.asked_at")}',
    replace: "AND t.id = v.tenant_id",
    test,
    name: "no good any more"
  },
  {
    control: "a state is for the provider it was made for",
    file: connect,
    find: "if (Option.isNone(came.held) || came.visit.slug !== slug) return",
    replace: "if (Option.isNone(came.held)) return",
    ...anything
  },
  {
    control: "a state is for the way it was made for",
    file: connect,
    find: "if (away.way !== way) return yield* stateInvalid",
    replace: "",
    ...anything
  },
  {
    control: "a state is brought once",
    file: connect,
    find: 'if (state === undefined || state === "" || more.length > 0) return Effect.fail(noState[way])',
    replace: 'if (state === undefined || state === "") return Effect.fail(noState[way])',
    ...anything
  },
  {
    control: "a code and an error are not both there",
    file: install,
    find: "if (code === error) return yield* missing(install)",
    replace: "",
    ...anything
  },
  {
    control: "a code is brought once, and is no novel",
    file: install,
    find: 'value === "" || value.length > 4096 || more.length > 0',
    replace: 'value === ""',
    ...anything
  },
  {
    control: "who sent the browser back is looked at",
    file: install,
    find: 'new Set(["state", "iss", "code"])',
    replace: 'new Set(["state", "code"])',
    ...anything
  },
  {
    control: "an error nobody knows is not repeated",
    file: install,
    find: 'code: isSaid(said) ? said : "provider_error",',
    replace: "code: said,",
    ...anything
  },
  {
    control: "a token that ends is not kept",
    file: install,
    find: "if (answer.expires_in !== undefined) {",
    replace: "if (false) {",
    ...answers
  },
  {
    control: "a token that can not be sent is not kept",
    file: install,
    find: " || !canBeSent(token)",
    replace: "",
    ...answers
  },
  {
    control: "a token of nobody's account is not kept",
    file: install,
    find: 'if (Option.isNone(id)) return yield* failed(install, "did not say whose the account is")',
    replace: "if (Option.isNone(id)) return undefined",
    ...answers
  },
  {
    control: "of two cookies none is taken",
    file: "packages/server/src/connect/visitCookie.ts",
    find: " || more.length > 0 ||",
    replace: " ||",
    test,
    name: "or two of them"
  },
  {
    control: "an opener hears of it only if it is the page returned to, or ours",
    file: result,
    find: "(origin) => Option.contains(own, origin) || Option.contains(Option.flatMap(returnTo, originOf), origin)",
    replace: "() => true",
    ...openers
  },
  {
    control: "an origin is one only as browsers write it",
    file: result,
    find: "(origin) => origin === text && origin.length <= longest)",
    replace: "(origin) => origin.length <= longest)",
    ...openers
  },
  {
    control: "the message is for that origin alone",
    file: result,
    find: 'data-to="${escaped(to)}"',
    replace: 'data-to="*"',
    test,
    name: "the old connection keeps its id"
  },
  {
    control: "a browser is sent on only to where the operator says",
    file: result,
    find: "const mayFollow = Option.exists(address, ({ origin }) => mayReturnTo(origin))",
    replace: "const mayFollow = Option.isSome(address)",
    test,
    name: "is sent on only"
  },
  {
    control: "an attempt that failed is recorded",
    file: "packages/server/src/connect/answers.ts",
    find: "yield* Effect.result(visits.refused(brought, failure.code))",
    replace: "yield* Effect.result(Effect.void)",
    test,
    name: "a second time connects nothing"
  },
  {
    control: "an attempt is recorded for whose state was brought, whoever brought it",
    file: gate,
    find: "WHERE v.token_hash = h OR v.state_hash = s;",
    replace: "WHERE v.token_hash = h;",
    test,
    name: "to another browser"
  },
  {
    control: "a connection that is connected again keeps its id",
    file: "packages/broker/src/connect/establish.ts",
    find: "const connection: Connection = Option.isSome(before)",
    replace: "const connection: Connection = Option.isSome(before) && false",
    test,
    name: "the old connection keeps its id"
  }
]
