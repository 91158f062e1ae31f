import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { python, run, serve } from "./examples/run.ts"
import { publicUrl, World } from "./examples/World.ts"

interface Example {
  readonly file: string
  readonly path?: string
  /** What of Python it needs besides the SDK. */
  readonly modules?: ReadonlyArray<string>
}

const servers: Readonly<Record<string, Example>> = {
  Express: { file: "docs/examples/express.ts" },
  Fastify: { file: "docs/examples/fastify.ts" },
  Hono: { file: "docs/examples/hono.ts" },
  "the Next.js route handler": { file: "scripts/test/examples/nextHost.ts" },
  Flask: { file: "docs/examples/python/flask_app.py", modules: ["flask", "requests"] },
  Django: { file: "docs/examples/python/django_app.py", modules: ["django", "requests"] },
  FastAPI: { file: "docs/examples/python/fastapi_app.py", modules: ["fastapi", "uvicorn", "requests", "aiohttp"] },
  "FastAPI on the loop": {
    file: "docs/examples/python/fastapi_app.py",
    path: "/me/async",
    modules: ["fastapi", "uvicorn", "requests", "aiohttp"]
  }
}

const workers: Readonly<Record<string, Example>> = {
  "a worker": { file: "docs/examples/worker.ts" },
  "a worker in Python": { file: "docs/examples/python/worker.py", modules: ["requests"] }
}

const scripts: Readonly<Record<string, Example>> = {
  "a script": { file: "docs/examples/script.ts" },
  "a script in Python": { file: "docs/examples/python/script.py", modules: ["requests"] }
}

/** Why an example can not be run here, if it can not. */
const lacking = ({ modules }: Example): string | undefined => {
  if (modules === undefined) return undefined
  if (python === undefined) return "there is no Python 3.11 or newer"
  const { modules: installed, version } = python
  const missing = modules.filter((name) => !installed.has(name))
  return missing.length === 0 ? undefined : `Python ${version} has no ${missing.join(", ")}`
}

const Nobody = { VENDO_BASE_URL: "http://127.0.0.1:9" }

const get = Effect.fnUntraced(function* (address: string, userToken?: string) {
  const headers = userToken === undefined ? undefined : { "X-Vendo-User-JWT": userToken }
  const response = yield* Effect.promise(() => fetch(address, headers && { headers }))
  const body: unknown = yield* Effect.promise(() => response.json())
  return { status: response.status, retryAfter: response.headers.get("retry-after"), body }
})

const accountOf = (user: string) => ({ path: "/v1/users/me", token: `token-of-${user}` })

const connectUrl = `${publicUrl}/connections/connect/notion`

const jsonLines = (text: string): ReadonlyArray<unknown> =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line))

layer(World.layer, { excludeTestServices: true, timeout: "1 minute" })("An example", (it) => {
  for (const [name, example] of Object.entries(servers)) {
    const { file, path = "/me" } = example
    it.effect(`for ${name} gives every user their own account: nobody another's, and to nobody one`, (test) =>
      Effect.gen(function* () {
        const why = lacking(example)
        if (why !== undefined) return test.skip(why)
        const { environment, users } = yield* World
        const address = `${yield* serve(file, environment)}${path}`
        yield* Effect.forEach(
          Array.from({ length: 40 }, (_, turn) => (turn % 2 === 0 ? "alice" : "bob")),
          Effect.fnUntraced(function* (user) {
            const { body, status } = yield* get(address, users[user])
            assert.strictEqual(status, 200)
            assert.deepStrictEqual(body, accountOf(user))
          }),
          { concurrency: 8 }
        )

        const { body, status } = yield* get(address, users.carol)
        assert.strictEqual(status, 409)
        assert.deepStrictEqual(body, { error: "binding_missing", connectUrl })

        const nobody = yield* get(address)
        assert.deepStrictEqual(nobody, { status: 401, retryAfter: null, body: { error: "identity_not_present" } })
        const forged = yield* get(address, `${users.alice.slice(0, -8)}AAAAAAAA`)
        assert.deepStrictEqual(forged, { status: 401, retryAfter: null, body: { error: "identity_invalid" } })
      })
    )

    it.effect(`for ${name} says when to come back while the service is away`, (test) =>
      Effect.gen(function* () {
        const why = lacking(example)
        if (why !== undefined) return test.skip(why)
        const { environment, users } = yield* World
        const address = `${yield* serve(file, { ...environment, ...Nobody })}${path}`
        const away = yield* get(address, users.alice)
        assert.deepStrictEqual(away, { status: 503, retryAfter: "5", body: { error: "upstream_error" } })
      })
    )
  }

  for (const [name, example] of Object.entries(workers)) {
    it.effect(`of ${name} does each job for the user it came from, and says what becomes of the others`, (test) =>
      Effect.gen(function* () {
        const why = lacking(example)
        if (why !== undefined) return test.skip(why)
        const { environment, users } = yield* World
        const order = ["alice", "bob", "alice", "carol", "bob"] as const
        const jobs = [...order.map((user) => users[user]), "", "no.user.token"].map((userToken, id) =>
          JSON.stringify({ id, userToken })
        )
        const { code, err, out } = yield* run(example.file, environment, jobs.join("\n"))
        assert.strictEqual(code, 0, err)
        const outcomes = new Map(jsonLines(out).map((outcome) => [Object(outcome).id, outcome]))
        for (const [id, user] of order.entries()) {
          if (user === "carol") assert.deepStrictEqual(outcomes.get(id), { id, waitsForUser: connectUrl })
          else assert.deepStrictEqual(outcomes.get(id), { id, done: accountOf(user) })
        }
        assert.deepStrictEqual(outcomes.get(5), { id: 5, failed: "identity_not_present" })
        assert.deepStrictEqual(outcomes.get(6), { id: 6, failed: "identity_invalid" })
        assert.strictEqual(outcomes.size, 7)

        const away = yield* run(example.file, { ...environment, ...Nobody }, jobs[0])
        assert.deepStrictEqual(jsonLines(away.out), [{ id: 0, retryIn: 5 }])
      })
    )
  }

  for (const [name, example] of Object.entries(scripts)) {
    it.effect(`of ${name} acts for whoever runs it, with a service or without`, (test) =>
      Effect.gen(function* () {
        const why = lacking(example)
        if (why !== undefined) return test.skip(why)
        const { environment } = yield* World
        const vended = yield* run(example.file, environment)
        assert.strictEqual(vended.code, 0, vended.err)
        assert.strictEqual(vended.out, `tokens are vended\n200 ${JSON.stringify(accountOf("the-tool"))}\n`)

        const { VENDO_API_KEY: _, ...without } = environment
        const own = yield* run(example.file, { ...without, NOTION_TOKEN: "token-of-mine" })
        assert.strictEqual(own.out, `tokens come from the environment\n200 ${JSON.stringify(accountOf("mine"))}\n`)

        const missing = yield* run(example.file, without)
        assert.strictEqual(missing.code, 1)
        assert.include(missing.err, "NOTION_TOKEN")
      })
    )
  }

  it.effect("of an Effect program acts for the user it is given, and for the tool itself without one", () =>
    Effect.gen(function* () {
      const { environment, users } = yield* World
      const printed = Effect.fnUntraced(function* (more: Readonly<Record<string, string>>) {
        const { code, err, out } = yield* run("docs/examples/effect.ts", { ...environment, ...more })
        assert.strictEqual(code, 0, err)
        return jsonLines(out)[0]
      })
      assert.deepStrictEqual(yield* printed({}), accountOf("the-tool"))
      assert.deepStrictEqual(yield* printed({ USER_TOKEN: users.alice }), accountOf("alice"))
      assert.deepStrictEqual(yield* printed({ USER_TOKEN: users.bob }), accountOf("bob"))
      assert.deepStrictEqual(yield* printed({ USER_TOKEN: users.carol }), { waitsForUser: connectUrl })
      assert.deepStrictEqual(yield* printed(Nobody), { retryIn: 5 })
    })
  )
})
