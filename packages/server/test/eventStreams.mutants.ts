import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/eventStreams.slow.test.ts"
const migration = { file: "packages/broker/src/database/migrations/0009_create_events.ts", test }
const handler = { file: "packages/server/src/Events.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...migration,
    control: "an app has five streams",
    find: `FOR n IN 1 .. 5 LOOP`,
    replace: `FOR n IN 1 .. 4 LOOP`,
    name: "are five"
  },
  {
    ...migration,
    control: "a place is taken once",
    find: `WHERE s.lease_until <= clock_timestamp();`,
    replace: `;`,
    name: "are five"
  },
  {
    ...migration,
    control: "a place whose lease is over is free",
    find: `WHERE s.lease_until <= clock_timestamp();`,
    replace: `WHERE false;`,
    name: "of a node"
  },
  {
    ...migration,
    control: "who lost its place is told no more",
    find: `IF NOT FOUND THEN decision := 'lost'; END IF;`,
    replace: ``,
    name: "that lost"
  },
  {
    ...migration,
    control: "a key of one connection hears nothing",
    find: `WHEN k.decision = 'known' AND k.app_id IS NULL THEN 'forbidden'`,
    replace: `WHEN false THEN 'forbidden'`,
    name: "are refused"
  },
  {
    file: "packages/broker/src/events/Events.ts",
    test,
    control: "who leaves gives the place back",
    find: `Effect.ignore(log.leave(taken))`,
    replace: `Effect.void`,
    name: "are five"
  },
  {
    ...handler,
    control: "a stop ends streams",
    find: `.pipe(Stream.interruptWhen(draining.started))`,
    replace: ``,
    name: "end when the server"
  },
  {
    ...handler,
    control: "a stop does not wait for what else might come on the connection",
    find: `HttpServerResponse.setHeader(response, "connection", "close")`,
    replace: `response`,
    name: "end when the server"
  },
  {
    ...handler,
    control: "an id is digits",
    find: `if (after !== undefined && !isEventId(after)) return yield* notEventId`,
    replace: ``,
    name: "are refused"
  },
  {
    ...handler,
    control: "a GET has no body to wait for",
    find: `Effect.andThen(refuseBody(request), listen(request))`,
    replace: `listen(request)`,
    name: "are refused"
  }
]
