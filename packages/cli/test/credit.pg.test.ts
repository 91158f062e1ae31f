/** Credit and caps, against the real service. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { vendo } from "./fixtures/inProcess.ts"
import { adminToken, api, bound, Started } from "./fixtures/Started.ts"

const run = Effect.fnUntraced(function* (args: ReadonlyArray<string>, env: Record<string, string>) {
  const [{ baseUrl }, token] = [yield* Started, yield* adminToken]
  return yield* vendo(args, { env: { VENDO_URL: baseUrl, VENDO_ADMIN_TOKEN: token, ...env }, stdin: "" })
})

const ok = Effect.fnUntraced(function* (args: ReadonlyArray<string>, env: Record<string, string>) {
  const { exit, stderr, stdout } = yield* run(args, env)
  assert.strictEqual(exit, 0, `vendo ${args.join(" ")}\n${stderr}`)
  return stdout.replace(/\n$/, "")
})

layer(Started.layer, { timeout: "60 seconds", excludeTestServices: true })("vendo", (it) => {
  it.effect("adds credit in dollars, once for each reference, and lists it", () =>
    Effect.gen(function* () {
      const { env, tenant } = yield* bound
      assert.match(yield* ok(["credit", "list"], env), /^No credit yet/)
      const add = ["credit", "add", "--amount", "20.05", "--reference", "invoice-17"]
      assert.match(yield* ok(add, env), /^ADDED +USD +REFERENCE +ID\n\S+Z +20\.05 +invoice-17 /)
      yield* ok(add, env)
      yield* ok(["credit", "add", "--amount=-0.05"], env)
      const list = yield* ok(["credit", "list"], env)
      assert.lengthOf(list.split("\n"), 3)
      assert.match(list, /^\S+ +-0\.05 +[0-9a-f]{8}-/m)
      const json = yield* ok(["credit", "list", "--json"], env)
      assert.strictEqual(json, JSON.stringify(yield* api("GET", `/tenants/${tenant}/credits`), null, 2))
      assert.include(json, '"amount_micros": 20050000')
      const other = yield* run(["credit", "add", "--amount", "21", "--reference", "invoice-17"], env)
      assert.strictEqual(other.exit, 1)
      assert.match(other.stderr, /^error: another amount was recorded/)
    })
  )

  it.effect("caps an app by both windows at once, and says what stands", () =>
    Effect.gen(function* () {
      const { env } = yield* bound
      const set = ["app", "caps", "support-bot", "--daily", "5", "--monthly", "none"]
      assert.match(yield* ok(set, env), /^app +support-bot\ndaily +5\.00 USD\nmonthly +no cap$/)
      const json = yield* ok([...set, "--json"], env)
      assert.deepStrictEqual(JSON.parse(json), { daily_micros: 5_000_000, monthly_micros: null })
      const unknown = yield* run(["app", "caps", "nosuch", "--daily", "5", "--monthly", "5"], env)
      assert.strictEqual(unknown.exit, 1)
    })
  )
})
