import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/connectChoices.pg.test.ts"
const renewal = "packages/broker/src/manage/renewal.ts"
const connect = "packages/broker/src/connect/Connect.ts"
const link = "packages/broker/src/connect/composioLink.ts"
const links = "packages/broker/src/upstream/ComposioLinks.ts"
const admins = "packages/broker/src/access/AdminConnectSessions.ts"

const replaced = { test, name: "becomes one of another account" }
const offered = { test, name: "offers an admin what the same owner has" }
const ownCode = { test, name: "changes nothing that another app uses" }
const several = { test, name: "which of several" }
const composio = { test, name: "believes nothing" }
const admin = { test, name: "is opened by an admin" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a session that has succeeded has not failed",
    file: "packages/broker/src/database/migrations/0013_create_connect_visits.ts",
    find: "AND v.step NOT IN ('connected', 'cancelled')",
    replace: "AND v.step <> ''",
    ...admin
  },
  {
    control: "a connection becomes one of another account only when somebody says so",
    file: renewal,
    find: "if (other && renewal.replace !== true) {",
    replace: "if (false) {",
    ...replaced
  },
  {
    control: "accounts are told apart by what the provider says of them",
    file: renewal,
    find: "return before.id !== null && before.id !== owner.id",
    replace: "return false",
    ...replaced
  },
  {
    control: "the same account is connected again without a word",
    file: renewal,
    find: "return before.id !== null && before.id !== owner.id",
    replace: "return before.id !== null",
    ...replaced
  },
  {
    control: "what was obtained is forgotten when the old account is kept",
    file: "packages/broker/src/connect/Visits.ts",
    find: `startOver: Effect.gen(function* () {
          yield* sql\``,
    replace: `startOver: Effect.gen(function* () {
          yield* sql\`SELECT 1 WHERE false\`
          if (false) yield* sql\``,
    ...replaced
  },
  {
    control: "the app's own code binds nothing to itself that it did not bring",
    file: connect,
    find: "if (byApp || Option.isNone(app)",
    replace: "if (Option.isNone(app)",
    ...offered
  },
  {
    control: "the app's own code renews nothing of the same account that it is not bound to",
    file: "packages/broker/src/connect/establish.ts",
    find: "AND (NOT ${byApp} OR (b.app_id IS NOT NULL",
    replace: "AND (NOT ${byApp} OR (true",
    ...ownCode
  },
  {
    control: "the app's own code renews nothing another app is bound to",
    file: "packages/broker/src/connect/establish.ts",
    find: "o.connection_id = c.id AND o.app_id <> b.app_id",
    replace: "o.connection_id = c.id AND o.app_id <> b.app_id AND false",
    ...ownCode
  },
  {
    control: "the app's own code renews nothing a key of the connection opens",
    file: "packages/broker/src/connect/establish.ts",
    find: "WHERE k.connection_id = c.id AND k.revoked_at IS NULL",
    replace: "WHERE k.connection_id = c.id AND k.revoked_at IS NULL AND false",
    ...ownCode
  },
  {
    control: "connections of others are not shown",
    file: connect,
    find: "each.user === owner && ",
    replace: "",
    ...offered
  },
  {
    control: "what is over is not shown",
    file: connect,
    find: 'each.status === "active" && ',
    replace: "",
    ...offered
  },
  {
    control: "only what is offered is bound",
    file: connect,
    find: "!existing.some((each) => each.id === id)",
    replace: "false",
    ...offered
  },
  {
    control: "of several somebody chooses",
    file: "packages/broker/src/connect/Obtained.ts",
    find: "candidates.length > 1 && !Object.hasOwn(choices, field)",
    replace: "false",
    ...several
  },
  {
    control: "what is chosen is one of them",
    file: "packages/broker/src/connect/Obtained.ts",
    find: "if (!asked.candidates.some((candidate) => candidate.value === value)) {",
    replace: "if (false) {",
    ...several
  },
  {
    control: "nothing else is chosen",
    file: "packages/broker/src/connect/Obtained.ts",
    find: "if (asked === undefined) return Option.some(",
    replace: "if (asked === undefined) return Option.none(",
    ...several
  },
  {
    control: "an account that is not active is not connected",
    file: link,
    find: "if (!found.isActive) {",
    replace: "if (false) {",
    ...composio
  },
  {
    control: "an account is of the toolkit that was asked for",
    file: link,
    find: "found.toolkit.toLowerCase() !== (said?.toolkit ?? slug) || ",
    replace: "",
    ...composio
  },
  {
    control: "an account is of the auth config that was asked for",
    file: link,
    find: " || found.authConfig !== authConfig) {",
    replace: ") {",
    ...composio
  },
  {
    control: "Composio answers about the account it was asked about",
    file: links,
    find: "if (Option.isNone(found) || found.value.id !== account) return yield* unusable",
    replace: "if (Option.isNone(found)) return yield* unusable",
    ...composio
  },
  {
    control: "a browser is sent to addresses of the web alone",
    file: links,
    find: "redirect_url: Schema.String.check(Schema.makeFilter(isAddress)),",
    replace: "redirect_url: Schema.String,",
    ...composio
  },
  {
    control: "what is to be connected again is what the session says",
    file: admins,
    find: "if (connection.slug === slug && connection.user === Option.getOrNull(user)) return",
    replace: "return",
    ...admin
  },
  {
    control: "a session is for an app of its own tenant",
    file: admins,
    find: "yield* Effect.transposeOption(Option.map(app, apps.get))",
    replace: "",
    ...admin
  }
]
