/** Accounts at Composio, end users and fuses, against the real service. */
import { assert, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { vendo } from "./fixtures/inProcess.ts"
import { adminToken, bound, Started } from "./fixtures/Started.ts"

interface Shell {
  readonly env: Record<string, string>
  readonly stdin?: string
}

const run = Effect.fnUntraced(function* (args: ReadonlyArray<string>, { env, stdin = "" }: Shell) {
  const [{ baseUrl }, token] = [yield* Started, yield* adminToken]
  return yield* vendo(args, { env: { VENDO_URL: baseUrl, VENDO_ADMIN_TOKEN: token, ...env }, stdin })
})

/** Runs what must succeed, and answers its stdout without the last line break. */
const ok = Effect.fnUntraced(function* (args: ReadonlyArray<string>, shell: Shell) {
  const { exit, stderr, stdout } = yield* run(args, shell)
  assert.strictEqual(exit, 0, `vendo ${args.join(" ")}\n${stderr}`)
  return stdout.replace(/\n$/, "")
})

const refused = Effect.fnUntraced(function* (args: ReadonlyArray<string>, shell: Shell, exit: number) {
  const ran = yield* run(args, shell)
  assert.strictEqual(ran.exit, exit, ran.stdout)
  return ran.stderr
})

const Listed = Schema.fromJsonString(
  Schema.Struct({ connections: Schema.Array(Schema.Struct({ id: Schema.String, user: Schema.NullOr(Schema.String) })) })
)

layer(Started.layer, { timeout: "60 seconds", excludeTestServices: true })("vendo", (it) => {
  it.effect("makes a connection of an account, asking for no secret, and puts another behind it", () =>
    Effect.gen(function* () {
      const shell = yield* bound
      const made = yield* ok(["connection", "create", "google", "--account", "ca_first", "--name", "work"], shell)
      assert.match(made, /^CONNECTION +PROFILE +STATUS +ACCOUNT .*\ngoogle\/work +composio_managed +active +ca_first /)
      const again = yield* ok(["connection", "reconnect", "google/work", "--account", "ca_second"], shell)
      assert.match(again, /^google\/work +composio_managed +active +ca_second /m)
      // Where the integration takes either, the account says which.
      assert.match(yield* ok(["connection", "create", "slack", "--account", "ca_3"], shell), /composio_managed/)

      const missing = yield* refused(["connection", "create", "gmail"], { ...shell, stdin: "not read" }, 2)
      assert.match(missing, /^error: .*--account is missing\nfix: .*--account ca_…/)
      const conflict = ["connection", "create", "google", "--account", "ca_first", "--name", "work"]
      assert.match(yield* refused(conflict, shell, 1), /^error: another Google/)
      const other = yield* refused(["connection", "reconnect", "telegram/work", "--account", "ca_1"], shell, 1)
      assert.match(other, /^error: .*byok_static/)
      for (const args of [
        ["connection", "create", "google"],
        ["connection", "reconnect", "google/work"]
      ]) {
        assert.match(yield* refused([...args, "--account", "no id"], shell, 2), /^error: --account takes /)
        const key = yield* refused([...args, "--account", "ak_hunter2"], shell, 1)
        assert.notInclude(key, "hunter2")
      }
    })
  )

  it.effect("tells an end user's connections from the tenant's by their names, and lists, binds and unbinds them", () =>
    Effect.gen(function* () {
      const shell = yield* bound
      yield* ok(["connection", "create", "google", "--account", "ca_own"], shell)
      for (const user of ["alice", "auth0|bob@example.com"]) {
        yield* ok(["connection", "create", "google", "--account", `ca_${user.slice(0, 3)}`, "--user", user], shell)
      }
      const list = yield* ok(["connection", "list"], shell)
      assert.match(list, /^CONNECTION +PROFILE +STATUS +USER +ACCOUNT /)
      assert.match(list, /^telegram\/work +byok_static +active +- +- /m)
      assert.match(list, /^google\/google +composio_managed +active +- +ca_own /m)
      assert.match(list, /^google\/google@alice +composio_managed +active +alice +ca_ali /m)
      assert.match(list, /^google\/google@auth0\|bob@example\.com +.* +auth0\|bob@example\.com +ca_aut /m)
      assert.lengthOf((yield* ok(["connection", "list", "--user", "alice"], shell)).split("\n"), 2)
      const { connections } = Schema.decodeUnknownSync(Listed)(
        yield* ok(["connection", "list", "--user", "alice", "--json"], shell)
      )
      assert.deepStrictEqual(
        connections.map(({ user }) => user),
        ["alice"]
      )
      assert.match(yield* ok(["connection", "list", "--user", "carol"], shell), /--user carol/)

      const app = ["--app", "support-bot"]
      for (const name of ["google", "google@alice", "google/google@auth0|bob@example.com"]) {
        yield* ok(["binding", "set", "google", ...app, "--connection", name], shell)
      }
      const bindings = ["binding", "list", ...app]
      assert.match(yield* ok(bindings, shell), /^INTEGRATION +USER +CONNECTION /)
      yield* ok(["binding", "remove", "google", ...app, "--user", "alice"], shell)
      const left = yield* ok(bindings, shell)
      assert.notInclude(left, "alice")
      assert.match(left, /^google +- +google\/google /m)
      assert.match(left, /^google +auth0\|bob@example\.com +google\/google@auth0\|bob@example\.com /m)
      const key = yield* refused(["key", "mint", "--connection", "google@alice"], shell, 1)
      assert.match(key, /^error: .*belongs to an end user/)
    })
  )

  it.effect("removes an end user, and says what that took", () =>
    Effect.gen(function* () {
      const shell = yield* bound
      for (const name of ["work", "home"]) {
        yield* ok(["connection", "create", "google", "--account", "ca_1", "--user", "alice", "--name", name], shell)
      }
      const removed = yield* ok(["user", "remove", "alice"], shell)
      assert.match(removed, /^removed +alice\nrevoked +2 connections\nrefused +user tokens issued until \d{4}-/)
      assert.match(yield* ok(["user", "remove", "alice"], shell), /^revoked +0 connections$/m)
      const list = yield* ok(["connection", "list"], shell)
      assert.match(list, /^google\/work@alice +composio_managed +revoked /m)
      assert.match(list, /^telegram\/work +byok_static +active /m)
      assert.match(yield* refused(["user", "remove", ".."], shell, 2), /^error: <subject> takes /)
    })
  )

  it.effect("lists no fuse where none is blown, and releases none", () =>
    Effect.gen(function* () {
      const shell = yield* bound
      assert.strictEqual(yield* ok(["fuse", "list"], shell), "No fuse is blown.")
      assert.deepStrictEqual(JSON.parse(yield* ok(["fuse", "list", "--json"], shell)), { fuses: [] })
      assert.match(yield* refused(["fuse", "release", "google"], shell, 1), /^error: the fuse of google is not blown\n/)
      const help = yield* ok(["fuse", "release", "--help"], shell)
      for (const part of ["outage", "upstream_error", "one hour"]) assert.include(help, part)
    })
  )

  it.effect("has the doctor look, where Composio is not configured", () =>
    Effect.gen(function* () {
      const found = yield* ok(["doctor"], yield* bound)
      assert.match(found, /^composio +not configured\nfinding +COMPOSIO_API_KEY is not set/)
    })
  )
})
