/** Being done with a connection, pools and inbound webhooks, against the real service. */
import { assert, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { vendo } from "./fixtures/inProcess.ts"
import { adminToken, api, bound, Started } from "./fixtures/Started.ts"

interface Shell {
  readonly env: Record<string, string>
  readonly stdin?: string
  /** At a terminal. */
  readonly typed?: string
}

const run = Effect.fnUntraced(function* (args: ReadonlyArray<string>, { env, stdin = "", typed }: Shell) {
  const [{ baseUrl }, token] = [yield* Started, yield* adminToken]
  return yield* vendo(args, { env: { VENDO_URL: baseUrl, VENDO_ADMIN_TOKEN: token, ...env }, stdin, typed })
})

/** Runs what must succeed, and answers its stdout without the last line break. */
const ok = Effect.fnUntraced(function* (args: ReadonlyArray<string>, shell: Shell) {
  const { exit, stderr, stdout } = yield* run(args, shell)
  assert.strictEqual(exit, 0, `vendo ${args.join(" ")}\n${stderr}`)
  return stdout.replace(/\n$/, "")
})

const remove = ["connection", "remove", "telegram/work"]

const statusOf = (shell: Shell) => ok(["connection", "list"], shell)

const Webhook = Schema.fromJsonString(
  Schema.Struct({
    signing_secret: Schema.String,
    metadata: Schema.Struct({ webhook: Schema.Struct({ url: Schema.optionalKey(Schema.String) }) })
  })
)

layer(Started.layer, { timeout: "60 seconds", excludeTestServices: true })("vendo", (it) => {
  it.effect("shows what removing a connection would do, and does nothing", () =>
    Effect.gen(function* () {
      const shell = yield* bound
      const plan = yield* ok([...remove, "--dry-run"], shell)
      assert.match(plan, /^would remove +telegram\/work\nlast used +never\nkeys +\S+\nupstream +Telegram is told /)
      assert.match(plan, /^APP +LOSES\nsupport-bot +TELEGRAM_BOT_TOKEN, TELEGRAM_BOT_ID$/m)
      assert.notInclude(plan, shell.credential)
      assert.match(yield* statusOf(shell), /^telegram\/work +byok_static +active /m)

      yield* ok(["connection", "create", "stripe", "--name", "work"], { ...shell, stdin: "sk_live_of_nobody\n" })
      const key = yield* ok(["key", "mint", "--connection", "stripe/work"], shell)
      const ofKey = ["connection", "remove", "stripe/work", "--dry-run"]
      assert.match(yield* ok(ofKey, shell), /^keys +vendo_sk_\w{4}$/m)
      const answered = yield* ok([...ofKey, "--json"], shell)
      assert.deepInclude(JSON.parse(answered), { keys: [key.slice(0, 13)], last_used_at: null })
      assert.notInclude(answered, key)
      assert.strictEqual(yield* ok(["token", "stripe"], { env: { VENDO_API_KEY: key } }), "sk_live_of_nobody")
    })
  )

  it.effect(
    "removes nothing that was not confirmed: not without a terminal, not as JSON, not on any other answer",
    () =>
      Effect.gen(function* () {
        const shell = yield* bound
        for (const [args, how] of [
          [remove, shell],
          [remove, { ...shell, stdin: "y\n" }],
          [[...remove, "--json"], { ...shell, typed: "y" }]
        ] as const) {
          const refused = yield* run(args, how)
          assert.strictEqual(refused.exit, 2)
          assert.match(refused.stderr, /^error: removing telegram\/work can not be undone.*\nfix: .*--dry-run.*--yes\n/)
        }
        for (const typed of ["n", "\n"]) {
          const declined = yield* run(remove, { ...shell, typed })
          assert.strictEqual(declined.exit, 1)
          assert.match(declined.stdout, /^removes +telegram\/work\n/)
          assert.strictEqual(declined.stderr, "Nothing was removed.\n")
        }
        assert.match(yield* statusOf(shell), /^telegram\/work +byok_static +active /m)
      })
  )

  it.effect("removes it when that was said, at a terminal or beforehand, and lists what is not confirmed", () =>
    Effect.gen(function* () {
      const { providers } = yield* Started
      yield* providers.addFaults({ route: "telegram.deleteWebhook", status: 503 })
      for (const [args, typed] of [
        [remove, "y"],
        [[...remove, "--yes"], undefined]
      ] as const) {
        const shell = yield* bound
        const asked = typed === undefined ? shell : { ...shell, typed }
        const removed = yield* ok(args, asked)
        assert.match(removed, /^removed +telegram\/work\n/m)
        assert.match(removed, /^support-bot +TELEGRAM_BOT_TOKEN/m)
        const list = yield* statusOf(shell)
        assert.match(list, /^telegram\/work +byok_static +revoked /m)
        assert.include(yield* ok(["binding", "list", "--app", "support-bot"], shell), "may use nothing yet")
        const pending = yield* ok(["connection", "revocations"], shell)
        assert.match(pending, /^CONNECTION +STATE +ATTEMPTS +LAST .*\ntelegram\/work +queued +\d+ /)
        assert.notInclude(pending, shell.credential)
        const { revocations } = JSON.parse(yield* ok(["connection", "revocations", "--json"], shell))
        assert.lengthOf(revocations, 1)
        const id = /\S+$/.exec(list)?.[0] ?? ""
        assert.match(yield* ok(["connection", "remove", id, "--yes"], shell), /No app uses it\.$/)
      }
      const shell = yield* bound
      assert.strictEqual(yield* ok(["connection", "revocations"], shell), "Every upstream has confirmed what ended.")
      assert.match(yield* ok(["connection", "revoke", "telegram/work"], shell), /revoked/)
      assert.match(yield* ok(["binding", "list", "--app", "support-bot"], shell), /^telegram +telegram\/work /m)
    })
  )

  it.effect("destroys no deployment that was not confirmed, and shows what it is before it asks", () =>
    Effect.gen(function* () {
      const { tenant, ...shell } = yield* bound
      const manifest = "name: echo-bot\nversion: 1\n"
      yield* api("POST", "/deployments", { tenant_id: tenant, manifest, choices: {} })
      const destroy = ["deployment", "destroy", "echo-bot"]
      for (const [args, how] of [
        [destroy, { ...shell, stdin: "y\n" }],
        [[...destroy, "--json"], { ...shell, typed: "y" }]
      ] as const) {
        const refused = yield* run(args, how)
        assert.strictEqual(refused.exit, 2)
        assert.match(
          refused.stderr,
          /^error: destroying echo-bot can not be undone.*\nfix: .*`vendo deployment show echo-bot`.*--yes\n/
        )
      }
      const declined = yield* run(destroy, { ...shell, typed: "n" })
      assert.deepStrictEqual([declined.exit, declined.stderr], [1, "Nothing was destroyed.\n"])
      assert.match(declined.stdout, /^deployment +echo-bot\n/)
      assert.match(yield* ok(["deployment", "list"], shell), /^echo-bot .* installed /m)
      assert.match(yield* ok(destroy, { ...shell, typed: "y" }), /^echo-bot .* destroyed /m)
    })
  )

  it.effect("sets, lists and removes pools, and shows of a key its last four characters", () =>
    Effect.gen(function* () {
      const env = {}
      const key = "sk-proj-of-the-installation-9Zk2"
      assert.match(yield* ok(["pool", "list"], { env }), /vendo pool set openai/)
      const set = yield* ok(["pool", "set", "openai"], { env, stdin: `${key}\n` })
      assert.match(set, /^INTEGRATION +KEY +SET .*\nopenai +…9Zk2 /)
      yield* ok(["pool", "set", "openai", "--from-env", "POOL"], { env: { POOL: `${key}-Ab1c` } })
      const list = yield* ok(["pool", "list"], { env })
      assert.match(list, /^openai +…Ab1c /m)
      for (const shown of [set, list, yield* ok(["pool", "list", "--json"], { env })])
        assert.notInclude(shown, "sk-proj")
      const refused = yield* run(["pool", "set", "telegram"], { env, stdin: key })
      assert.strictEqual(refused.exit, 1)
      assert.notInclude(refused.stderr + refused.stdout, key)
      yield* ok(["pool", "remove", "openai"], { env })
      assert.match(yield* ok(["pool", "list"], { env }), /No pools yet/)
    })
  )

  it.effect("makes the signing secret of an inbound webhook, unless one is given, and prints it this once", () =>
    Effect.gen(function* () {
      const shell = yield* bound
      const create = ["connection", "create", "telegram", "--profile", "webhook_inbound", "--name"]
      for (const [name, how] of [
        ["piped", shell],
        ["typed", { ...shell, typed: "" }]
      ] as const) {
        const made = yield* run([...create, name], how)
        assert.strictEqual(made.exit, 0, made.stderr)
        const secret = /^signing secret +([\w-]{43})$/m.exec(made.stdout)?.[1] ?? assert.fail(made.stdout)
        assert.match(made.stdout, /^address +(?:https?:\/\/\S+\/vendo_conn_[0-9a-f]{32}|not known: .*)$/m)
        assert.strictEqual(made.stderr, "This secret will not be shown again.\n")
        assert.notInclude(yield* ok(["connection", "list", "--json"], shell), secret)
      }
      const json = Schema.decodeUnknownSync(Webhook)(yield* ok([...create, "json", "--json"], shell))
      assert.match(json.signing_secret, /^[\w-]{43}$/)
      const given = yield* run([...create, "given"], { ...shell, stdin: "91:secret_of_the_provider\n" })
      assert.strictEqual(given.exit, 0, given.stderr)
      assert.notMatch(given.stdout, /signing secret|secret_of_the_provider/)
    })
  )
})
