/** Connecting from a shell: what is pasted is tried first, and a person is sent to a page. */
import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, Schema } from "effect"
import { spawned } from "./fixtures/cliProcess.ts"
import { api, bound, ok, run, Started } from "./fixtures/Started.ts"

const Shown = Schema.fromJsonString(
  Schema.Struct({ id: Schema.String, status: Schema.String, metadata: Schema.Record(Schema.String, Schema.Json) })
)
const shown = (stdout: string) => Schema.decodeUnknownSync(Shown)(stdout)
const Sessions = Schema.Struct({ connections: Schema.Array(Schema.Struct({ id: Schema.String, slug: Schema.String })) })

/** Does what a browser does on the page: signs in at Notion, where it consents at once. */
const signIn = Effect.fnUntraced(function* (url: string) {
  const asked = (input: string | URL, init: RequestInit = {}) =>
    Effect.promise(() => fetch(input, { redirect: "manual", ...init }))
  const landed = yield* asked(url)
  const cookie = (landed.headers.get("set-cookie") ?? "").split(";")[0] ?? ""
  const page = new URL(landed.headers.get("location") ?? "", url)
  const text = yield* Effect.flatMap(asked(page, { headers: { cookie } }), (answer) =>
    Effect.promise(() => answer.text())
  )
  const form_token = /name="form_token" value="([^"]*)"/.exec(text)?.[1] ?? ""
  const leaving = yield* asked(page, {
    method: "POST",
    headers: { cookie, origin: page.origin },
    body: new URLSearchParams({ form_token, action: "oauth" })
  })
  const away = yield* Effect.promise(() => leaving.text())
  const target = (/content="0; url=([^"]*)"/.exec(away)?.[1] ?? "").replaceAll("&amp;", "&")
  const back = yield* asked(target)
  return yield* asked(back.headers.get("location") ?? "", { headers: { cookie } })
})

layer(Started.layer, { timeout: "60 seconds" })("vendo connects", (it) => {
  it.effect("a pasted key only if the provider takes it, or if it can not be asked and that is no matter", () =>
    Effect.gen(function* () {
      const { providers } = yield* Started
      const { env } = yield* bound
      const create = (name: string, credential: string, ...flags: ReadonlyArray<string>) =>
        run(["connection", "create", "notion", "--profile", "byok_static", "--name", name, "--json", ...flags], {
          env,
          stdin: credential
        })
      const refused = yield* create("a", "ntn_refused_by_notion")
      assert.strictEqual(refused.exit, 1)
      assert.match(refused.stderr, /Notion does not take this key/)
      assert.notInclude(refused.stderr + refused.stdout, "ntn_refused")

      const good = yield* create("b", "ntn_good")
      assert.strictEqual(good.exit, 0, good.stderr)
      assert.property(shown(good.stdout).metadata, "account")

      yield* providers.addFaults({ route: "notion.me", status: 500 })
      const silent = yield* create("c", "ntn_unasked")
      assert.strictEqual(silent.exit, 1)
      assert.match(silent.stderr, /Notion answered with status 500.*--unverified/)
      const kept = yield* create("c", "ntn_unasked", "--unverified")
      assert.deepInclude(shown(kept.stdout).metadata, { unverified: true })
      yield* providers.clearFaults
    })
  )

  it.effect("another key of the same account in the place of the old one, and another account only when told to", () =>
    Effect.gen(function* () {
      const { providers } = yield* Started
      const { env } = yield* bound
      yield* providers.putKey("ntn_first", { id: "one", name: "Acme" })
      yield* providers.putKey("ntn_second", { id: "one", name: "Acme" })
      yield* providers.putKey("ntn_other", { id: "two", name: "Umbrella" })
      const flags = ["--profile", "byok_static", "--name", "mine", "--json"]
      const { id } = shown(yield* ok(["connection", "create", "notion", ...flags], { env, stdin: "ntn_first" }))
      const reconnect = (credential: string, ...flags: ReadonlyArray<string>) =>
        run(["connection", "reconnect", "notion", "--json", ...flags], { env, stdin: credential })
      const same = yield* reconnect("ntn_second")
      assert.strictEqual(shown(same.stdout).id, id, same.stderr)
      const other = yield* reconnect("ntn_other")
      assert.strictEqual(other.exit, 1)
      assert.match(other.stderr, /the connection is of Acme, and this is of Umbrella/)
      const replaced = yield* reconnect("ntn_other", "--replace")
      assert.strictEqual(shown(replaced.stdout).id, id)
      assert.deepInclude(shown(replaced.stdout).metadata, { account: { id: "two", name: "Umbrella" } })
    })
  )

  it.effect("an account on the page it says, and waits until it is", () =>
    Effect.gen(function* () {
      const { cwd } = yield* Started
      const { env, tenant } = yield* bound
      const args = ["connect", "notion", "--app", "support-bot", "--json"]
      const waiting = yield* spawned(args, { cwd, env })
      const url = yield* waiting.until(/^http:\S+ticket=vendo_ct_\w{42}$/m)
      const ended = yield* Effect.forkChild(waiting.ended)
      const signed = yield* signIn(url)
      const said = yield* Effect.promise(() => signed.text())
      assert.strictEqual(signed.status, 200, said)
      const { exit, stdout } = yield* Fiber.join(ended)
      assert.strictEqual(exit, 0, `${stdout}${said}`)
      const { connections } = Schema.decodeUnknownSync(Sessions)(yield* api("GET", `/tenants/${tenant}/connections`))
      const connected = connections.find(({ slug }) => slug === "notion")?.id
      assert.include(stdout, `"connection_id": "${connected}"`)
      assert.include(yield* ok(["binding", "list", "--app", "support-bot"], { env }), "notion")
    })
  )
})
