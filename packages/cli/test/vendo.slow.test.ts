/** The tool against the real service, started as a developer starts it and found the way a developer's shell finds it. */
import { assert, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { adminToken, api, botToken, bound, inShell, ok, run, Started } from "./fixtures/Started.ts"

const ErrorAnswer = Schema.fromJsonString(
  Schema.Struct({
    error: Schema.StructWithRest(Schema.Struct({ code: Schema.String }), [Schema.Record(Schema.String, Schema.Json)])
  })
)
const errorOf = (stdout: string) => Schema.decodeUnknownSync(ErrorAnswer)(stdout).error

layer(Started.layer, { timeout: "60 seconds" })("vendo against a server", (it) => {
  it.effect("from nothing to a token: the token alone is on stdout, ready for a pipe", () =>
    Effect.gen(function* () {
      const credential = botToken()
      const env = { VENDO_TENANT: "acme" }
      yield* ok(["tenant", "create", "acme", "--name", "Acme Inc."])
      yield* ok(["app", "create", "support-bot"], { env })
      const piped = { env, stdin: `${credential}\n` }
      const connected = yield* inShell(["connection", "create", "telegram", "--name", "work"], piped)
      assert.strictEqual(connected.exit, 0, connected.stderr)
      yield* ok(["binding", "set", "telegram", "--app", "support-bot", "--connection", "telegram"], { env })
      const minted = yield* inShell(["key", "mint", "--app", "support-bot", "--expires", "30d"], { env })
      assert.match(minted.stdout, /^vendo_sk_[0-9A-Za-z]{42}\n$/)
      assert.match(minted.stderr, /will not be shown again/)
      const key = minted.stdout.trim()
      const vended = yield* inShell(["token", "telegram"], { env: { VENDO_API_KEY: key } })
      assert.deepStrictEqual(vended, { exit: 0, stdout: `${credential}\n`, stderr: "" })
      const named = yield* ok(["token", "telegram", "--from-env", "MY_KEY", "--json"], { env: { MY_KEY: key } })
      assert.deepStrictEqual(JSON.parse(named), { access_token: credential, expires_at: null, token_type: "Bearer" })
    })
  )

  it.effect(
    "a key locked to a connection is minted with --json, and vends that connection; not of one consumer's",
    () =>
      Effect.gen(function* () {
        const { env } = yield* bound
        yield* ok(["connection", "create", "stripe", "--name", "work"], { env, stdin: "sk_live_of_nobody\n" })
        const stdout = yield* ok(["key", "mint", "--connection", "stripe/work", "--json"], { env })
        const { key } = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Struct({ key: Schema.String })))(stdout)
        assert.strictEqual(yield* ok(["token", "stripe"], { env: { VENDO_API_KEY: key } }), "sk_live_of_nobody")
        const refused = yield* run(["key", "mint", "--connection", "telegram/work"], { env })
        assert.strictEqual(refused.exit, 1)
        assert.match(refused.stderr, /one consumer.*bind it to one/)
      })
  )

  it.effect("--json prints what the API answers, byte for byte", () =>
    Effect.gen(function* () {
      const { app, env, tenant } = yield* bound
      yield* api("POST", `/tenants/${tenant}/apps/${app}/keys`, {})
      const prints = Effect.fnUntraced(function* (args: ReadonlyArray<string>, path: string) {
        const answer = yield* api("GET", path)
        assert.strictEqual(yield* ok([...args, "--json"], { env }), JSON.stringify(answer, null, 2))
      })
      yield* prints(["tenant", "list"], "/tenants")
      for (const noun of ["app", "connection", "key"]) {
        yield* prints([noun, "list"], `/tenants/${tenant}/${noun}s`)
      }
      yield* prints(["binding", "list", "--app", app, "--tenant", tenant], `/tenants/${tenant}/apps/${app}/bindings`)
      assert.strictEqual(yield* ok(["binding", "remove", "telegram", "--app", app, "--json"], { env }), "")
    })
  )

  it.effect("lists for people are aligned, name things and never show a credential", () =>
    Effect.gen(function* () {
      const { credential, env } = yield* bound
      const key = yield* ok(["key", "mint", "--app", "support-bot"], { env })
      const lists = {
        app: /^APP +NAME +KIND .*\nsupport-bot +Support +production /,
        connection: /^CONNECTION +PROFILE +STATUS .*\ntelegram\/work +byok_static +active /,
        key: /^KEY +OPENS +STATUS .*\nvendo_sk_\w{4} +app support-bot +active /
      }
      for (const [noun, shape] of Object.entries(lists)) {
        const list = yield* ok([noun, "list"], { env })
        assert.match(list, shape)
        assert.notInclude(list, credential)
        assert.notInclude(list, key)
      }
      const bindings = yield* ok(["binding", "list", "--app", "support-bot"], { env })
      assert.match(bindings, /^INTEGRATION +CONNECTION .*\ntelegram +telegram\/work /)
    })
  )

  it.effect("an empty list says what to run next", () =>
    Effect.gen(function* () {
      yield* ok(["tenant", "create", "empty"])
      for (const noun of ["app", "connection", "key"]) {
        assert.match(yield* ok([noun, "list", "--tenant", "empty"]), new RegExp(`vendo ${noun} (create|mint) `))
      }
    })
  )

  it.effect("an unknown app is refused with the apps there are and the command that lists them", () =>
    Effect.gen(function* () {
      const { env } = yield* bound
      const { exit, stderr, stdout } = yield* run(["key", "mint", "--app", "suport-bot"], { env })
      assert.strictEqual(exit, 1)
      assert.strictEqual(stdout, "")
      assert.strictEqual(
        stderr,
        `error: no app is called "suport-bot"; there is: support-bot\nfix: name one of these, or run \`vendo app list\`\n`
      )
    })
  )

  it.effect("a name that two connections share is refused, and each is found by its whole name", () =>
    Effect.gen(function* () {
      const { env } = yield* bound
      yield* ok(["connection", "create", "telegram", "--name", "home", "--from-env", "BOT"], {
        env: { ...env, BOT: botToken() }
      })
      const { exit, stderr } = yield* run(["connection", "revoke", "telegram"], { env })
      assert.strictEqual(exit, 1)
      assert.match(stderr, /^error: "telegram" names more than one connection: telegram\/work, telegram\/home\n/)
      yield* ok(["connection", "revoke", "telegram/home"], { env })
      assert.match(yield* ok(["connection", "list"], { env }), /^telegram\/home +byok_static +revoked /m)
    })
  )

  it.effect("with more than one tenant, which one must be said", () =>
    Effect.gen(function* () {
      const { slug } = yield* bound
      const { exit, stderr } = yield* run(["app", "list"])
      assert.strictEqual(exit, 2)
      assert.match(stderr, new RegExp(`^error: there is more than one tenant: .*${slug}`))
      assert.match(stderr, /--tenant <slug>/)
    })
  )

  it.effect("a credential in use is refused, naming the app that holds it", () =>
    Effect.gen(function* () {
      const { env } = yield* bound
      yield* ok(["app", "create", "second"], { env })
      const again = ["binding", "set", "telegram", "--app", "second", "--connection", "telegram"]
      const { exit, stderr, stdout } = yield* run([...again, "--json"], { env })
      assert.strictEqual(exit, 1)
      assert.match(stderr, /^error: .*in use.*\nfix: .+\nbound_to: support-bot \(Support, [0-9a-f-]{36}\)\n/)
      const error = errorOf(stdout)
      assert.strictEqual(error.code, "connection_in_use")
      assert.containSubset(error["bound_to"], { app_slug: "support-bot" })
      yield* ok(["binding", "remove", "telegram", "--app", "support-bot"], { env })
      yield* ok(again, { env })
    })
  )

  it.effect("a secret given as an argument is refused, not repeated, and stored nowhere", () =>
    Effect.gen(function* () {
      const { env } = yield* bound
      const before = yield* ok(["connection", "list", "--json"], { env })
      const { exit, stderr, stdout } = yield* run(["connection", "create", "notion", "ntn_hunter2", "--json"], {
        env,
        stdin: "ntn_piped"
      })
      assert.strictEqual(exit, 2)
      assert.notInclude(stderr + stdout, "hunter2")
      assert.strictEqual(errorOf(stdout).code, "usage")
      assert.strictEqual(yield* ok(["connection", "list", "--json"], { env }), before)
    })
  )

  it.effect("a credential that is nowhere to be read is asked for, not guessed", () =>
    Effect.gen(function* () {
      const { env } = yield* bound
      for (const flags of [[], ["--from-env", "NOT_SET"]]) {
        const { exit, stderr } = yield* run(["connection", "create", "openai", ...flags], { env })
        assert.strictEqual(exit, 2)
        assert.match(stderr, /--from-env/)
      }
    })
  )

  it.effect("after a connection or a key is revoked, the token is refused with 1", () =>
    Effect.gen(function* () {
      const { env } = yield* bound
      const key = yield* ok(["key", "mint", "--app", "support-bot"], { env })
      const asked = { env: { VENDO_API_KEY: key } }
      yield* ok(["token", "telegram"], asked)
      yield* ok(["connection", "revoke", "telegram/work"], { env })
      const unbound = yield* run(["token", "telegram", "--json"], asked)
      assert.strictEqual(unbound.exit, 1)
      assert.match(unbound.stderr, /^error: .+\nfix: .+/)
      yield* ok(["key", "revoke", key.slice(0, 13)], { env })
      const { exit, stdout } = yield* run(["token", "telegram", "--json"], asked)
      assert.strictEqual(exit, 1)
      assert.strictEqual(errorOf(stdout).code, "app_revoked")
    })
  )

  it.effect("status names the server, that it is ready, and credentials by hint alone", () =>
    Effect.gen(function* () {
      const { baseUrl } = yield* Started
      const token = yield* adminToken
      const stdout = (yield* inShell(["status"])).stdout
      assert.include(stdout, `${baseUrl} (.vendo/dev.json)`)
      assert.match(stdout, /^ready +ok$/m)
      assert.include(stdout, token.slice(0, 13))
      assert.notInclude(stdout, token.slice(0, 14))
    })
  )
})
