import { assert, it } from "@effect/vitest"
import { DateTime, Deferred, Effect, Fiber, Redacted, Ref, Result, Schema } from "effect"
import { TestClock } from "effect/testing"
import { fingerprint } from "@vendodev/client/fingerprint"
import { Tokens } from "@vendodev/client/Tokens"
import { asUser, client, failure, make, type Reply, scripted, type Seen, token } from "./fakeService.ts"

const get = (slug: string) =>
  Effect.flatMap(Tokens, (tokens) => Effect.map(tokens.get(slug), ({ token }) => Redacted.value(token)))

const minutesFromNow = (minutes: number) =>
  Effect.map(DateTime.now, (now) => DateTime.formatIso(DateTime.add(now, { minutes })))

it.effect("a token is handed out again for a minute and no longer", () =>
  Effect.gen(function* () {
    const service = yield* make((_, nth) => Effect.succeed(token(`t${nth}`)))
    yield* Effect.gen(function* () {
      assert.strictEqual(yield* get("openai"), "t0")
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual(yield* get("openai"), "t0")
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* get("openai"), "t1")
    }).pipe(Effect.provide(client(service)))
  })
)

it.effect("in the last minute of its life a token is not kept, and before it only until then", () =>
  Effect.gen(function* () {
    const inOne = yield* minutesFromNow(1)
    const inAMinuteAndAHalf = yield* minutesFromNow(1.5)
    const service = yield* make((_, nth) => Effect.succeed(token(`t${nth}`, nth < 2 ? inOne : inAMinuteAndAHalf)))
    yield* Effect.gen(function* () {
      assert.deepStrictEqual([yield* get("a"), yield* get("a"), yield* get("a")], ["t0", "t1", "t2"])
      yield* TestClock.adjust("29 seconds")
      assert.strictEqual(yield* get("a"), "t2")
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* get("a"), "t3")
    }).pipe(Effect.provide(client(service)))
  })
)

it.effect("a wall clock that is put back makes no token younger", () =>
  Effect.gen(function* () {
    const service = yield* make((_, nth) => Effect.succeed(token(`t${nth}`)))
    yield* Effect.gen(function* () {
      assert.strictEqual(yield* get("openai"), "t0")
      yield* TestClock.adjust("61 seconds")
      yield* TestClock.setTime(-3_600_000)
      assert.strictEqual(yield* get("openai"), "t1")
    }).pipe(Effect.provide(client(service)))
  })
)

it.effect("a thousand who ask at once share one request, and its failure is nobody's later", () =>
  Effect.gen(function* () {
    const answered = yield* Deferred.make<void>()
    const service = yield* make((_, nth) =>
      nth === 0 ? Effect.as(Deferred.await(answered), failure("binding_missing", 403)) : Effect.succeed(token("t1"))
    )
    yield* Effect.gen(function* () {
      const asking = yield* Effect.forkChild(
        Effect.forEach(Array.from({ length: 1000 }), () => Effect.result(get("openai")), { concurrency: "unbounded" })
      )
      yield* Effect.yieldNow
      yield* Deferred.succeed(answered, undefined)
      assert.isTrue((yield* Fiber.join(asking)).every(Result.isFailure))
      assert.strictEqual((yield* service.ledger).length, 1)
      assert.strictEqual(yield* get("openai"), "t1")
    }).pipe(Effect.provide(client(service)))
  })
)

it.effect("who stops waiting cancels nothing for who still waits", () =>
  Effect.gen(function* () {
    const answered = yield* Deferred.make<void>()
    const service = yield* make(() => Effect.as(Deferred.await(answered), token("t")))
    yield* Effect.gen(function* () {
      const first = yield* Effect.forkChild(get("openai"), { startImmediately: true })
      const second = yield* Effect.forkChild(get("openai"), { startImmediately: true })
      yield* Fiber.interrupt(first)
      yield* Deferred.succeed(answered, undefined)
      assert.strictEqual(yield* Fiber.join(second), "t")
      assert.strictEqual((yield* service.ledger).length, 1)
    }).pipe(Effect.provide(client(service)))
  })
)

it.effect("a token that was invalidated is not brought back by a request that was under way", () =>
  Effect.gen(function* () {
    const answered = yield* Deferred.make<void>()
    const service = yield* make((_, nth) =>
      nth === 0 ? Effect.as(Deferred.await(answered), token("old")) : Effect.succeed(token("new"))
    )
    yield* Effect.gen(function* () {
      const tokens = yield* Tokens
      const first = yield* Effect.forkChild(get("openai"), { startImmediately: true })
      yield* tokens.invalidate("openai")
      yield* Deferred.succeed(answered, undefined)
      yield* Fiber.join(first)
      assert.strictEqual(yield* get("openai"), "new")
    }).pipe(Effect.provide(client(service)))
  })
)

/** A provider that refused `held` calls at the same time, all with the same token. */
it.effect("a hundred who are refused together are one report and one new token", () =>
  Effect.gen(function* () {
    const current = yield* Ref.make("old")
    const service = yield* make(({ url }) =>
      url.endsWith("/refused")
        ? Effect.as(Ref.set(current, "new"), { body: { verdict: "replaced" } })
        : Effect.map(Ref.get(current), (text) => token(text))
    )
    yield* Effect.gen(function* () {
      const tokens = yield* Tokens
      const refused = yield* tokens.get("gmail")
      const replace = Effect.map(tokens.replace("gmail", refused), ({ token }) => Redacted.value(token))
      const all = yield* Effect.forEach(Array.from({ length: 100 }), () => replace, { concurrency: "unbounded" })
      assert.deepStrictEqual([...new Set(all)], ["new"])
      // A straggler, refused with a token that was replaced long ago.
      assert.strictEqual(yield* replace, "new")
      const seen = yield* service.ledger
      assert.deepStrictEqual(
        seen.map(({ body, method, url }) => ({ body, method, path: new URL(url).pathname })),
        [
          { method: "GET", path: "/gmail", body: undefined },
          {
            method: "POST",
            path: "/gmail/refused",
            body: { fingerprint: yield* fingerprint(refused.token), status: 401 }
          },
          { method: "GET", path: "/gmail", body: undefined }
        ]
      )
    }).pipe(Effect.provide(client(service)))
  })
)

it.effect("that a report fails changes nothing for who wants a token", () =>
  Effect.gen(function* () {
    const service = yield* scripted(token("old"), failure("rate_limited", 429), token("new"))
    yield* Effect.gen(function* () {
      const tokens = yield* Tokens
      const { token } = yield* tokens.replace("gmail", yield* tokens.get("gmail"))
      assert.strictEqual(Redacted.value(token), "new")
    }).pipe(Effect.provide(client(service)))
  })
)

it.effect("a token that was given out once more before the report arrived is not the one after it", () =>
  Effect.gen(function* () {
    const reporting = yield* Deferred.make<void>()
    const arrived = yield* Deferred.make<void>()
    const current = yield* Ref.make("old")
    const service = yield* make(({ method }) =>
      method === "POST"
        ? Deferred.succeed(reporting, undefined).pipe(
            Effect.andThen(Deferred.await(arrived)),
            Effect.andThen(Ref.set(current, "new")),
            Effect.as({ body: { verdict: "replaced" } })
          )
        : Effect.map(Ref.get(current), (text) => token(text))
    )
    yield* Effect.gen(function* () {
      const tokens = yield* Tokens
      const replacing = yield* Effect.forkChild(tokens.replace("gmail", yield* tokens.get("gmail")))
      yield* Deferred.await(reporting)
      assert.strictEqual(yield* get("gmail"), "old")
      yield* Deferred.succeed(arrived, undefined)
      assert.strictEqual(Redacted.value((yield* Fiber.join(replacing)).token), "new")
      assert.strictEqual(yield* get("gmail"), "new")
    }).pipe(Effect.provide(client(service)))
  })
)

it.effect("nor does it that none can be made, where there is no WebCrypto", () =>
  Effect.gen(function* () {
    const service = yield* scripted(token("old"), token("new"))
    const webCrypto = globalThis.crypto
    const without = (value: unknown) =>
      Effect.sync(() => Object.defineProperty(globalThis, "crypto", { value, configurable: true }))
    yield* Effect.gen(function* () {
      const tokens = yield* Tokens
      const { token } = yield* tokens.replace("gmail", yield* tokens.get("gmail"))
      assert.strictEqual(Redacted.value(token), "new")
    }).pipe(Effect.provide(client(service)), (replacing) =>
      Effect.acquireUseRelease(
        without({}),
        () => replacing,
        () => without(webCrypto)
      )
    )
  })
)

it.effect("what is not a slug, a key above all, is never sent or repeated", () =>
  Effect.gen(function* () {
    const service = yield* scripted(token("t"))
    yield* Effect.gen(function* () {
      for (const slug of ["", "a/b", "..", "a?b", "a b", "ü", "vendo_sk_abc", "x".repeat(64)]) {
        const error = yield* Effect.flip(get(slug))
        assert.deepStrictEqual([error.code, error.field], ["validation_failed", "slug"])
        if (slug !== "") assert.notInclude(error.detail, slug)
      }
      assert.deepStrictEqual(yield* service.ledger, [])
    }).pipe(Effect.provide(client(service)))
  })
)

/** Answers by who asks and for what, so that a token says whose it is. */
const byOwner = ({ headers, url }: Seen): Reply => {
  const user = headers["x-vendo-user-jwt"] ?? "nobody"
  const { pathname, searchParams } = new URL(url)
  if (pathname.endsWith("/refused")) return { body: { verdict: "replaced" } }
  if (pathname.endsWith("/connections")) {
    return {
      body: {
        connections: [
          { id: user, slug: "a", display_name: user, category: "", profile: "", status: "connected", metadata: {} }
        ]
      }
    }
  }
  const of = (slug: string) => ({ access_token: `${user}:${slug}`, expires_at: null, token_type: "Bearer" })
  const slugs = searchParams.get("slugs")?.split(",")
  return slugs === undefined
    ? { body: of(pathname.slice(1)) }
    : { body: { tokens: Object.fromEntries(slugs.map((slug) => [slug, of(slug)])), errors: {} } }
}

const users = [undefined, "user.one.x", "user.two.x", "user.three.x"] as const
const slugs = ["a", "b"] as const
const operations = ["token", "tokens", "replace", "invalidate", "wait"] as const

const seed = process.env["VENDO_TEST_SEED"] ?? crypto.randomUUID()

it.effect.prop(
  "nobody is ever given a token that was kept for somebody else, and every request says whose it is",
  {
    script: Schema.Array(
      Schema.Struct({
        user: Schema.Literals([0, 1, 2, 3]),
        slug: Schema.Literals(slugs),
        operation: Schema.Literals(operations)
      })
    )
  },
  ({ script }) =>
    Effect.gen(function* () {
      const service = yield* make((seen) => Effect.succeed(byOwner(seen)))
      yield* Effect.gen(function* () {
        const tokens = yield* Tokens
        yield* Effect.forEach(
          script,
          ({ operation, slug, user: index }) =>
            Effect.gen(function* () {
              const user = users[index]
              const mine = `${user ?? "nobody"}:${slug}`
              const before = (yield* service.ledger).length
              switch (operation) {
                case "token":
                  assert.strictEqual(yield* get(slug), mine)
                  break
                case "tokens": {
                  const all = yield* tokens.getAll(slugs)
                  for (const [slug, answer] of all) {
                    assert.isTrue(Result.isSuccess(answer))
                    if (Result.isFailure(answer)) continue
                    assert.strictEqual(Redacted.value(answer.success.token), `${user ?? "nobody"}:${slug}`)
                  }
                  break
                }
                case "replace": {
                  const { token } = yield* tokens.replace(slug, yield* tokens.get(slug))
                  assert.strictEqual(Redacted.value(token), mine)
                  break
                }
                case "invalidate":
                  yield* tokens.invalidate(slug)
                  break
                case "wait":
                  yield* TestClock.adjust("31 seconds")
              }
              for (const { headers } of (yield* service.ledger).slice(before)) {
                assert.strictEqual(headers["x-vendo-user-jwt"], user)
              }
            }).pipe(asUser(users[index])),
          { discard: true }
        )
      }).pipe(Effect.provide(client(service)))
    }),
  { arbitrary: { seed, runs: 200 } }
)

it.effect.prop(
  "nor when all of them ask at once",
  { askers: Schema.Array(Schema.Struct({ user: Schema.Literals([0, 1, 2, 3]), slug: Schema.Literals(slugs) })) },
  ({ askers }) =>
    Effect.gen(function* () {
      const service = yield* make((seen) => Effect.as(Effect.yieldNow, byOwner(seen)))
      const answers = yield* Effect.forEach(askers, ({ slug, user }) => asUser(users[user])(get(slug)), {
        concurrency: "unbounded"
      }).pipe(Effect.provide(client(service)))
      assert.deepStrictEqual(
        answers,
        askers.map(({ slug, user }) => `${users[user] ?? "nobody"}:${slug}`)
      )
      const distinct = new Set(askers.map(({ slug, user }) => `${user}:${slug}`))
      assert.strictEqual((yield* service.ledger).length, distinct.size)
    }),
  { arbitrary: { seed, runs: 200 } }
)
