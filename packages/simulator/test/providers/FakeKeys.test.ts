import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { jsonOf, start } from "./asking.ts"

const asBearer = (key: string) => ({ authorization: `Bearer ${key}` })

/** Where each is asked, and how the key is sent. */
const providers: Record<
  string,
  readonly [path: string, headers: (key: string) => Record<string, string>, refused?: number]
> = {
  openai: ["/api.openai.com/v1/models", asBearer],
  anthropic: ["/api.anthropic.com/v1/models", (key) => ({ "x-api-key": key })],
  openrouter: ["/openrouter.ai/api/v1/key", asBearer],
  gemini: ["/generativelanguage.googleapis.com/v1beta/models", (key) => ({ "x-goog-api-key": key }), 400],
  elevenlabs: ["/api.elevenlabs.io/v1/user", (key) => ({ "xi-api-key": key })],
  assemblyai: ["/api.assemblyai.com/v2/transcript?limit=1", (key) => ({ authorization: key })],
  stripe: ["/api.stripe.com/v1/account", asBearer],
  slack: ["/slack.com/api/auth.test", asBearer, 200],
  github: ["/api.github.com/user", asBearer],
  google: ["/openidconnect.googleapis.com/v1/userinfo", asBearer],
  gmail: ["/gmail.googleapis.com/gmail/v1/users/me/profile", asBearer],
  supabase: ["/api.supabase.com/v1/projects", asBearer],
  instagram: ["/graph.instagram.com/v23.0/me", asBearer, 400]
}

it.effect("A key is good, and its account the same each time; one that says it is refused, or is none, is not", () =>
  Effect.gen(function* () {
    const { ask, control } = yield* start()
    for (const [name, [path, headers, refused = 401]] of Object.entries(providers)) {
      const answer = (key: string) => ask({ path, headers: headers(key) })
      const good = yield* answer("key-1")
      assert.strictEqual(good.status, 200, name)
      assert.notInclude(good.text, "key-1")
      assert.strictEqual((yield* answer("key-1")).text, good.text)
      for (const bad of [yield* answer("key-refused"), yield* ask({ path, headers: {} })]) {
        assert.strictEqual(bad.status, refused, name)
        assert.notStrictEqual(bad.text, good.text)
      }
    }
    const seen = yield* control.calls()
    assert.deepStrictEqual([...new Set(seen.map(({ key }) => key))], ["right", "wrong", "absent"])
    assert.notInclude(JSON.stringify(seen), "key-")
  })
)

it.effect("A key is whose a test says, until it is no one's", () =>
  Effect.gen(function* () {
    const { ask, control } = yield* start()
    const user = ask({ path: "/api.github.com/user", headers: asBearer("key-1") })
    yield* control.putKey("key-1", { id: "7", name: "Ada" })
    assert.deepStrictEqual(jsonOf(yield* user), { login: "ada", id: 7, type: "User" })
    yield* control.putKey("key-1", null)
    assert.strictEqual((yield* user).status, 401)
  })
)

it.effect("The projects of an account are those a test says", () =>
  Effect.gen(function* () {
    const { ask, control } = yield* start()
    const projects = Effect.map(ask({ path: "/api.supabase.com/v1/projects", headers: asBearer("k") }), ({ text }) =>
      [...text.matchAll(/"ref":"(\w+)"/g)].map(([, ref]) => ref)
    )
    assert.strictEqual((yield* projects).length, 1)
    for (const refs of [[], ["one", "two", "three"]]) {
      yield* control.patchSettings({ projects: refs.map((id) => ({ id, name: `Project ${id}` })) })
      assert.deepStrictEqual(yield* projects, refs)
    }
  })
)

it.effect("Tokens of the simulated Composio are of one account of their toolkit, or of who consented", () =>
  Effect.gen(function* () {
    const { ask } = yield* start()
    const random = () => crypto.randomUUID().replaceAll("-", "")
    const sub = (account: string) =>
      Effect.map(
        ask({
          path: "/openidconnect.googleapis.com/v1/userinfo",
          headers: asBearer(`simulated-google-${account}-1-${random()}`)
        }),
        ({ text }) => text
      )
    const nobody = yield* sub("ca_1")
    assert.strictEqual(yield* sub("ca_2"), nobody)
    assert.strictEqual(yield* sub("ca_demo_google"), nobody)
    const ada = yield* sub("ca_1~ada")
    assert.notStrictEqual(ada, nobody)
    assert.strictEqual(yield* sub("ca_3~ada"), ada)
  })
)
