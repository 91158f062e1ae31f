import type { Mutant } from "@vendodev/testing/Mutant"

const users = "packages/sdk/test/users.test.ts"
const secrets = "packages/sdk/test/secrets.test.ts"
const session = "packages/sdk/test/session.test.ts"
const testing = "packages/sdk/test/testing.test.ts"
const events = "packages/sdk/test/events.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a client made for a user runs for that user",
    file: "packages/sdk/src/Vendo.ts",
    find: `return run(this.#shared.runtime, this.#user, work, options?.signal)`,
    replace: `return run(this.#shared.runtime, Option.none(), work, options?.signal)`,
    test: users
  },
  {
    control: "a list that is shared is shared with the same user alone",
    file: "packages/client/src/Connections.ts",
    find: `Effect.flatMap(UserJwt, (user) => Cache.get(asked, user))`,
    replace: `Cache.get(asked, Option.none())`,
    test: users
  },
  {
    control: "what is refused together is of one user",
    file: "packages/client/src/Tokens.ts",
    find: `Effect.provideService(UserJwt, owner.user)`,
    replace: `Effect.provideService(UserJwt, Option.none())`,
    test: "packages/client/test/Tokens.test.ts"
  },
  {
    control: "disposing of a user's client leaves the others",
    file: "packages/sdk/src/Vendo.ts",
    find: `if (Option.isNone(this.#user)) await`,
    replace: `await`,
    test: users
  },
  {
    control: "what a transport throws is not shown",
    file: "packages/client/src/fetchTransport.ts",
    find: `return typeof code === "string" && /^[A-Z0-9_]{1,40}$/.test(code) ? code : "the connection failed"`,
    replace: `return String(code ?? (cause instanceof Error ? cause.message : cause))`,
    test: secrets
  },
  {
    control: "a user token that is none is not repeated",
    file: "packages/client/src/UserJwt.ts",
    find: `Effect.fail(malformed)`,
    replace: `Effect.fail(new Failure({ ...malformed, code: malformed.code, detail: jwt }))`,
    test: secrets
  },
  {
    control: "a token is reported though the request can not be sent again",
    file: "packages/client/src/session.ts",
    find: `yield* Effect.ignore(tokens.replace(slug, token))`,
    replace: ``,
    test: session
  },
  {
    control: "a body that flows once is not sent again",
    file: "packages/client/src/session.ts",
    find: `if (!repeats) {`,
    replace: `if (slug === "") {`,
    test: session
  },
  {
    control: "a stream nobody will read is let go of",
    file: "packages/sdk/src/session.ts",
    find: `.pipe(Effect.ensuring(release(halves)))`,
    replace: ``,
    test: session
  },
  {
    control: "a made-up service knows what is not in a catalog",
    file: "packages/sdk/src/MockService.ts",
    find: `pathname.startsWith("/api/integrations/") ? noIntegration : unknown`,
    replace: `unknown`,
    test: testing
  },
  {
    control: "a made-up stream begins where it is told to",
    file: "packages/sdk/src/MockService.ts",
    find: `this.#events.slice(after)`,
    replace: `this.#events`,
    test: testing
  },
  {
    control: "a loop ends with its client",
    file: "packages/sdk/src/events.ts",
    find: `!ended.signal.aborted && !(error instanceof ClientDisposed)`,
    replace: `!ended.signal.aborted`,
    test: events
  },
  {
    control: "who returns waits for no event",
    file: "packages/sdk/src/events.ts",
    find: `ended.abort()
      return`,
    replace: `return`,
    test: events
  },
  {
    control: "the caller's signal ends a loop",
    file: "packages/sdk/src/events.ts",
    find: `signal?.addEventListener("abort", end)`,
    replace: ``,
    test: events
  },
  {
    control: "a subscription is one for each who goes through it",
    file: "packages/sdk/src/Vendo.ts",
    find: `return { [Symbol.asyncIterator]: () => subscribe(this.#shared.runtime, this.#user, options) }`,
    replace: `return subscribe(this.#shared.runtime, this.#user, options)`,
    test: events
  }
]
