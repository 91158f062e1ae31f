import { assert, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { adminToken, api, botToken, bound, Started } from "./fixtures/Started.ts"
import { vendo } from "./fixtures/inProcess.ts"

/** In this process, for there are many runs, and in the directory of the server's files. */
const run = Effect.fnUntraced(function* (
  args: ReadonlyArray<string>,
  { env = {} }: { readonly env?: Readonly<Record<string, string>> } = {}
) {
  const { baseUrl, cwd } = yield* Started
  const named = args.map((arg) => (arg.endsWith(".yaml") ? join(cwd, arg) : arg))
  return yield* vendo(named, { env: { VENDO_URL: baseUrl, VENDO_ADMIN_TOKEN: yield* adminToken, ...env } })
})

/** What must succeed, without the last line break. */
const ok = Effect.fnUntraced(function* (
  args: ReadonlyArray<string>,
  options: { readonly env?: Readonly<Record<string, string>> } = {}
) {
  const { exit, stderr, stdout } = yield* run(args, options)
  assert.strictEqual(exit, 0, `vendo ${args.join(" ")}\n${stderr}`)
  return stdout.replace(/\n$/, "")
})

const write = Effect.fnUntraced(function* (name: string, text: string) {
  const { cwd } = yield* Started
  writeFileSync(join(cwd, name), text)
})

const manifest = (name: string, integrations: string, more = "") =>
  `name: ${name}\nversion: 1\nintegrations: [${integrations}]\n${more}`

const greeting = "env:\n  required: [GREETING]\n  optional: [COLOUR]\n"

const Error = Schema.fromJsonString(Schema.Struct({ error: Schema.Record(Schema.String, Schema.Unknown) }))
const Deployment = Schema.Struct({
  id: Schema.String,
  slug: Schema.String,
  kind: Schema.String,
  bindings: Schema.Array(Schema.Struct({ slug: Schema.String, connection_id: Schema.String }))
})
const Installed = Schema.fromJsonString(Schema.Struct({ deployment: Deployment, key: Schema.String }))

const keyLike = /^vendo_sk_[0-9A-Za-z]{42}$/

layer(Started.layer)("vendo install", (it) => {
  it.effect("prints the key alone on stdout, and what was bound and the next command beside it", () =>
    Effect.gen(function* () {
      const { env, tenant } = yield* bound
      yield* api("PUT", "/pools/openai", { credential: "sk-hunter2-of-the-pool" })
      yield* write("vendo.yaml", manifest("echo-bot", "telegram, openai, notion", greeting))
      yield* api("POST", `/tenants/${tenant}/connections`, { slug: "notion", name: "mine", credential: "ntn_hunter2" })
      const credential = botToken()
      const { exit, stderr, stdout } = yield* run(
        [
          "install",
          "vendo.yaml",
          "--use",
          "notion=notion/mine",
          "--pool",
          "openai",
          "--credential-from-env",
          "telegram=BOT",
          "--set",
          "GREETING=hello=you",
          "--set-from-env",
          "COLOUR"
        ],
        { env: { ...env, BOT: credential, COLOUR: "hunter2" } }
      )
      assert.strictEqual(exit, 0, stderr)
      assert.match(stdout.trim(), keyLike)
      for (const part of ["echo-bot", "notion/mine", "telegram/echo-bot", "openai/pool", "vendo run -- "]) {
        assert.include(stderr, part)
      }
      for (const secret of [stdout.trim(), credential, "hunter2"]) assert.notInclude(stderr, secret)

      const token = yield* ok(["token", "telegram"], { env: { VENDO_API_KEY: stdout.trim() } })
      assert.strictEqual(token, credential)
      const listed = yield* ok(["deployment", "list"], { env })
      assert.match(listed, /echo-bot +echo-bot +production +installed/)
      const shown = yield* ok(["deployment", "show", "echo-bot"], { env })
      assert.include(shown, "telegram/echo-bot")
      assert.match(yield* ok(["deployment", "history", "echo-bot"], { env }), /- +installed +installed/)
      const destroyed = yield* ok(["deployment", "destroy", "echo-bot", "--yes"], { env })
      assert.include(destroyed, "destroyed")
      assert.include(yield* ok(["deployment", "list"], { env }), "No deployments yet")
      // By its id it is still there to be read.
      const id = destroyed.trim().split(/\s+/).at(-1) ?? ""
      assert.match(yield* ok(["deployment", "history", id], { env }), /installed +destroyed +destroyed on request/)
    })
  )

  it.effect("answers the service's own JSON, with everything that is in the way of it", () =>
    Effect.gen(function* () {
      const { env, slug } = yield* bound
      yield* write("wants.yaml", manifest("wants-all", "telegram, openai", greeting))
      const args = ["install", "wants.yaml", "--use", "telegram=telegram/work", "--json"]
      const refused = yield* run(args, { env })
      assert.strictEqual(refused.exit, 1)
      const { error } = yield* Schema.decodeUnknownEffect(Error)(refused.stdout)
      assert.deepInclude(error, { code: "validation_failed", missing: ["openai", "GREETING"] })
      assert.include(refused.stderr, "missing: openai, GREETING")
      assert.match(refused.stderr, /taken: telegram by support-bot \(Support, /)
      const give = [
        "--use openai=<connection> or --pool openai or --credential-from-env openai=<NAME>",
        "--set-from-env GREETING"
      ]
      const stop =
        "vendo deployment stop support-bot # if it is one; wait until `vendo deployment show support-bot` says stopped"
      const free = [stop, "vendo binding remove telegram --app support-bot"]
      assert.deepInclude(error, { give, run: free.join("\n") })
      const steps = [...give.map((flags) => `give: ${flags}`), ...free.map((command) => `run: ${command}`)]
      assert.include(refused.stderr, `\n${steps.join("\n")}\n`)

      // The new consumer is there: whoever has it hands it over.
      yield* ok(["app", "create", "night-bot"], { env })
      const set = ["binding", "set", "telegram", "--app", "night-bot", "--connection", "telegram/work"]
      const inUse = yield* run(set, { env })
      assert.include(inUse.stderr, "\nrun: vendo binding move telegram --from support-bot --to night-bot\n")

      const sandbox = [
        "install",
        "wants.yaml",
        "--sandbox",
        "--slug",
        "box",
        "--pool",
        "openai",
        "--set",
        "GREETING=hi"
      ]
      const { deployment, key } = yield* Effect.flatMap(
        ok([...sandbox, "--json"], { env }),
        Schema.decodeUnknownEffect(Installed)
      )
      assert.deepInclude(deployment, { slug: "box", kind: "sandbox" })
      assert.match(key, keyLike)
      const again = yield* run(sandbox, { env })
      assert.strictEqual(again.exit, 1)
      assert.include(again.stderr, "box-2 is free")
      assert.notStrictEqual(slug, "")
    })
  )

  it.effect("publishes a tool, and installs the version that is named", () =>
    Effect.gen(function* () {
      const { env } = yield* bound
      yield* write("tool.yaml", manifest("stored-tool", "openai"))
      assert.match(yield* ok(["tool", "publish", "tool.yaml"]), /stored-tool +1 +openai/)
      assert.match(yield* ok(["tool", "publish", "tool.yaml"]), /stored-tool +1 +openai/)
      yield* write("tool.yaml", manifest("stored-tool", "notion"))
      assert.match(yield* ok(["tool", "publish", "tool.yaml"]), /stored-tool +2 +notion/)
      assert.match(yield* ok(["tool", "list"]), /stored-tool +2 +notion/)
      assert.include(yield* ok(["tool", "show", "stored-tool@1"]), "integrations: [openai]")
      assert.include(yield* ok(["tool", "show", "stored-tool"]), "integrations: [notion]")
      assert.match(yield* ok(["install", "stored-tool@1", "--pool", "openai"], { env }), keyLike)
      const newest = yield* run(["install", "stored-tool", "--pool", "openai"], { env })
      assert.include(newest.stderr, "missing: notion")
      const { exit, stderr } = yield* run(["install", "no-such-tool"], { env })
      assert.deepStrictEqual([exit, /no such tool/.test(stderr)], [1, true])
    })
  )

  it.effect("says what is wrong with the line before anything is sent, and repeats no value", () =>
    Effect.gen(function* () {
      const { env } = yield* bound
      yield* write("good.yaml", manifest("good", "telegram"))
      yield* write("bad.yaml", "name: bad\nversion: 2\nextra: hunter2\n")
      const wrong: ReadonlyArray<readonly [args: ReadonlyArray<string>, says: RegExp]> = [
        [["nothing.yaml"], /no file .*nothing\.yaml/],
        [["bad.yaml"], /bad\.yaml:2:10: version: [\s\S]*bad\.yaml:3:1: /],
        [["good.yaml", "--use", "telegram"], /--use telegram=…/],
        [["good.yaml", "--use", "=hunter2"], /--use telegram=…/],
        [["good.yaml", "--use", "telegram=nosuch"], /no connection is called "nosuch"/],
        [["good.yaml", "--pool", "Hunter2!"], /--pool openai/],
        [["good.yaml", "--credential-from-env", "telegram=$hunter2"], /without the \$/],
        [["good.yaml", "--pool", "openai", "--use", "openai=telegram"], /openai is chosen more than once/],
        [["good.yaml", "--set", "GREETING"], /GREETING=hello/],
        [["good.yaml", "--set", "greeting=hunter2"], /capitals/],
        [["good.yaml", "--set", "A=hunter2", "--set", "A=hunter2"], /A is set more than once/],
        [["good.yaml", "--set-from-env", "UNSET"], /no environment variable called "UNSET"/],
        [["good.yaml", "--slug", "Upper"], /1 to 40 lower-case/]
      ]
      for (const [args, says] of wrong) {
        const { exit, stderr, stdout } = yield* run(["install", ...args], { env })
        assert.include([1, 2], exit, args.join(" "))
        assert.match(stderr, says, args.join(" "))
        assert.notInclude(stderr + stdout, "hunter2")
      }
      const shown = yield* run(["tool", "show", "No!"])
      assert.deepStrictEqual([shown.exit, /no name of a tool/.test(shown.stderr)], [2, true])
      const unknown = yield* run(["deployment", "show", "nosuch"], { env })
      assert.include(unknown.stderr, "vendo install")
      const nobodys = yield* run(["deployment", "show", crypto.randomUUID()], { env })
      assert.deepStrictEqual([nobodys.exit, /no such deployment/.test(nobodys.stderr)], [1, true])
      assert.notInclude(unknown.stderr, yield* adminToken)
    })
  )
})
