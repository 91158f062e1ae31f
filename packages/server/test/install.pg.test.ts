import { assert, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { isRow, isToken } from "./edges/row.ts"
import { made, managed, Service, layer as service, vend } from "./fixtures/service.ts"
import type { Answer } from "./fixtures/wire.ts"
import { install, makeTenant, manifest, post, read } from "./install/fixture.ts"

const crowd = Array.from({ length: 20 }, (_, i) => i)

/** What differs between any two answers. */
const comparable = ({ body, headers, status }: Answer) => ({ status, body, ...headers, date: "", "x-request-id": "" })

const bot = (number: number) => ({ credential: `${number}:hunter2_of_no_real_bot` })

const listed = Schema.decodeUnknownSync(
  Schema.fromJsonString(Schema.Record(Schema.String, Schema.Array(Schema.Unknown)))
)

const echo = manifest("echo-bot", ["telegram", "openai"], ["env:", "  required: [GREETING]"])

layer(service(), { excludeTestServices: true })("Installing over the wire", (it) => {
  it.effect("answers a deployment whose key works at once, and a command that holds no key", () =>
    Effect.gen(function* () {
      const { base, id } = yield* makeTenant
      const { deployment, key, launch } = yield* install({
        body: {
          tenant_id: id,
          manifest: echo,
          name: "Echo",
          choices: { telegram: bot(501), openai: { pool: true } },
          variables: { GREETING: "hello" },
          launch: { command: ["python", "my bot.py", "it's"] }
        }
      })
      assert.deepInclude(deployment, { slug: "echo-bot", name: "Echo", kind: "production", status: "installed" })
      isToken(yield* vend("telegram", key), bot(501).credential)
      assert.deepStrictEqual(launch, {
        launcher: "none",
        state: "manual",
        detail: null,
        run: `VENDO_API_KEY=… vendo run -- python 'my bot.py' 'it'\\''s'`
      })
      const shown = yield* managed("GET", `${base}/deployments/${deployment.id}`)
      assert.strictEqual(shown.status, 200)
      const all = yield* managed("GET", `${base}/deployments`)
      assert.strictEqual(all.body, `{"deployments":[${shown.body}]}`)
      const { body: history } = yield* managed("GET", `${base}/deployments/${deployment.id}/history`)
      assert.match(history, /^\{"steps":\[\{"at":"[^"]+","from":null,"to":"installed","reason":"installed"\}\]\}$/)

      const destroyed = yield* managed("DELETE", `${base}/deployments/${deployment.id}`)
      assert.include(destroyed.body, `"status":"destroyed"`)
      isRow(yield* vend("telegram", key), "app_revoked")
      assert.strictEqual((yield* managed("GET", `${base}/deployments`)).body, `{"deployments":[]}`)
    })
  )

  it.effect("installs a tool of the store, the newest version or the one that is named", () =>
    Effect.gen(function* () {
      const { id } = yield* makeTenant
      const published = yield* managed("POST", "/tools", { manifest: manifest("stored", ["openai"]) })
      assert.strictEqual(published.status, 200, published.body)
      const again = yield* managed("POST", "/tools", { manifest: manifest("stored", ["openai"]) })
      assert.strictEqual(again.body, published.body)
      yield* managed("POST", "/tools", { manifest: manifest("stored", ["notion"]) })
      const choices = { openai: { pool: true } }
      const first = yield* install({ body: { tenant_id: id, tool: { slug: "stored", version: 1 }, choices } })
      assert.deepStrictEqual(first.deployment.tool, { slug: "stored", version: 1 })
      const newest = yield* post({ body: { tenant_id: id, tool: { slug: "stored" }, choices, slug: "newest" } })
      assert.deepStrictEqual(isRow(newest, "validation_failed")["missing"], ["notion"])
      for (const tool of [{ slug: "nosuch" }, { slug: "stored", version: 3 }]) {
        isRow(yield* post({ body: { tenant_id: id, tool, choices } }), "not_found")
      }
      for (const path of ["/tools/nosuch", "/tools/nosuch/versions", "/tools/stored/versions/3"]) {
        isRow(yield* managed("GET", path), "not_found")
      }
      for (const version of ["0", "01", "1.0", "-1", "x", "2147483648", "99999999999", "1e0"]) {
        isRow(yield* managed("GET", `/tools/stored/versions/${version}`), "validation_failed", { field: "version" })
      }
    })
  )

  it.effect("names the place of the first fault of a manifest, and how many there are", () =>
    Effect.gen(function* () {
      const { id } = yield* makeTenant
      const wrong: ReadonlyArray<readonly [text: string, detail: RegExp]> = [
        ["name: echo-bot\nversion: 2\n", /^vendo\.yaml:2:10: version: [^;]+$/],
        ["name: echo-bot\nversion: 1\nintegrations: [nosuch]\nextra: 1\n", /^vendo\.yaml:3:16: .+; and 1 more$/],
        ["", /^vendo\.yaml:1:1: /],
        ["name: [", /^vendo\.yaml:1:\d+: /]
      ]
      for (const [text, detail] of wrong) {
        for (const answer of [
          yield* post({ body: { tenant_id: id, manifest: text, choices: {} } }),
          yield* managed("POST", "/tools", { manifest: text })
        ]) {
          assert.match(String(isRow(answer, "validation_failed", { field: "manifest" })["detail"]), detail)
        }
      }
      for (const body of [
        { tenant_id: id, choices: {} },
        { tenant_id: id, choices: {}, manifest: echo, tool: { slug: "stored" } },
        { tenant_id: id, choices: {}, manifest: `${echo}# ${"x".repeat(64 * 1024)}` }
      ]) {
        isRow(yield* post({ body }), "validation_failed", { field: "manifest" })
      }
    })
  )

  it.effect("takes a long manifest, and a body that is longer still on no other route", () =>
    Effect.gen(function* () {
      const { base, id } = yield* makeTenant
      const long = (length: number) => {
        const text = `${manifest("long", ["openai"])}# `
        return `${text}${"x".repeat(length - text.length - 1)}\n`
      }
      const longest = long(64 * 1024)
      const published = yield* managed("POST", "/tools", { manifest: longest })
      assert.strictEqual(published.status, 200, published.body.slice(0, 200))
      const body = { tenant_id: id, manifest: longest, choices: { openai: { pool: true } } }
      assert.strictEqual((yield* post({ body })).status, 201)
      isRow(yield* managed("POST", "/tools", { manifest: "x".repeat(256 * 1024) }), "too_large")
      isRow(yield* managed("POST", `${base}/connections`, { slug: "notion", credential: longest }), "too_large")
    })
  )

  it.effect("refuses what is misspelt, and repeats nothing of it", () =>
    Effect.gen(function* () {
      const { id } = yield* makeTenant
      const good = { tenant_id: id, manifest: echo, choices: {} }
      const secret = "hunter2_unrepeated"
      const wrong: ReadonlyArray<readonly [body: object, field: string]> = [
        [{ ...good, tenant_id: "x" }, "tenant_id"],
        [{ ...good, choice: {} }, "choice"],
        [{ tenant_id: id, manifest: echo }, "choices"],
        [{ ...good, choices: { telegram: { credential: secret, pool: true } } }, "choices.telegram.credential"],
        [{ ...good, choices: { telegram: { credential: secret, extra: 1 } } }, "choices.telegram.credential"],
        [{ ...good, choices: { telegram: secret } }, "choices.telegram"],
        [{ ...good, choices: { [`${secret} `]: { pool: true } } }, "payload"],
        [{ ...good, variables: { greeting: secret } }, "variables.greeting"],
        [{ ...good, variables: { GREETING: `${secret}\0` } }, "variables.GREETING"],
        [{ ...good, variables: { GREETING: `${secret}\ud800` } }, "variables.GREETING"],
        [{ ...good, variables: { GREETING: secret.repeat(600) } }, "variables.GREETING"],
        [{ ...good, variables: { GREETING: 7 } }, "variables.GREETING"],
        [{ ...good, slug: "Upper" }, "slug"],
        [{ ...good, kind: "staging" }, "kind"],
        [{ ...good, launch: { command: [] } }, "launch.command.0"],
        [{ ...good, launch: { command: ["a\0"] } }, "launch.command.0"],
        [{ ...good, launch: { env: secret } }, "launch.env"]
      ]
      for (const [body, field] of wrong) {
        const answer = yield* post({ body })
        isRow(answer, "validation_failed", { field })
        assert.notInclude(JSON.stringify(answer), secret)
      }
      for (const key of ["", "x".repeat(256), "a b"]) {
        isRow(yield* post({ body: good, key }), "validation_failed", { field: "idempotency-key" })
      }
      isRow(yield* post({ body: good, bearer: "vendo_at_nobody" }), "session_required")
      // A stranger is not told what is wrong with a manifest.
      isRow(yield* post({ body: { ...good, manifest: "x" }, bearer: "vendo_at_nobody" }), "session_required")
      isRow(yield* post({ body: { ...good, tenant_id: crypto.randomUUID() } }), "not_found")
    })
  )

  it.effect("names everything at once: what is missing, what is too much, and what is taken", () =>
    Effect.gen(function* () {
      const { base, id } = yield* makeTenant
      const holder = yield* install({
        body: { tenant_id: id, manifest: manifest("holder", ["telegram"]), choices: { telegram: bot(511) } }
      })
      const bound_to = { app_id: holder.deployment.id, app_slug: "holder", app_name: "holder" }
      const taken = [{ slug: "telegram", connection_id: null, bound_to }]
      const stripe = (yield* made("POST", `${base}/connections`, { slug: "stripe", credential: "sk_hunter2" })).id
      yield* managed("DELETE", `${base}/connections/${stripe}`)
      const answer = yield* post({
        body: {
          tenant_id: id,
          manifest: manifest("wants-all", ["telegram", "openai", "stripe"], ["env:", "  required: [GREETING, NAME]"]),
          choices: { telegram: bot(511), stripe: { connection_id: stripe }, notion: { pool: true } },
          variables: { NAME: "hunter2", VENDO_API_KEY: "hunter2" }
        }
      })
      const fields = isRow(answer, "validation_failed", { field: "choices.openai" })
      assert.deepStrictEqual(fields["missing"], ["openai", "stripe", "GREETING"])
      assert.deepStrictEqual(fields["taken"], taken)
      for (const part of [
        "openai: nothing",
        "stripe: that connection was revoked",
        "notion: ",
        "variables.VENDO_API_KEY: "
      ]) {
        assert.include(fields["detail"], part)
      }
      assert.notInclude(answer.body, "hunter2")

      const alone = yield* post({
        body: { tenant_id: id, manifest: manifest("wants-bot", ["telegram"]), choices: { telegram: bot(511) } }
      })
      const inUse = isRow(alone, "connection_in_use")
      assert.deepStrictEqual([inUse["bound_to"], inUse["taken"]], [bound_to, taken])

      const sandbox = { tenant_id: id, manifest: echo, kind: "sandbox", variables: { GREETING: "hello" } }
      isRow(yield* post({ body: { ...sandbox, choices: { telegram: bot(512), openai: { pool: true } } } }), "forbidden")
      const allowed = yield* install({ body: { ...sandbox, choices: { openai: { pool: true } } } })
      isRow(yield* vend("telegram", allowed.key), "binding_missing")
      const conflict = isRow(yield* post({ body: { ...sandbox, choices: { openai: { pool: true } } } }), "conflict")
      assert.include(conflict["detail"], "echo-bot-2 is free")
    })
  )

  it.effect("answers the same to the same request, however often and however many at once", () =>
    Effect.gen(function* () {
      const { base, id } = yield* makeTenant
      const body = {
        tenant_id: id,
        manifest: echo,
        choices: { telegram: bot(521), openai: { pool: true } },
        variables: { GREETING: "hello" }
      }
      const key = crypto.randomUUID()
      const answers = yield* Effect.forEach(crowd, () => post({ body, key }), { concurrency: "unbounded" })
      for (const answer of answers) assert.strictEqual(answer.status, 201, answer.body)
      assert.lengthOf([...new Set(answers.map(({ body }) => body))], 1)
      const [first] = answers
      const installed = yield* read(first ?? assert.fail("nothing was answered"))
      isToken(yield* vend("telegram", installed.key), bot(521).credential)
      for (const [what, count] of [
        ["apps", 1],
        ["connections", 2],
        ["keys", 1],
        ["deployments", 1]
      ] as const) {
        assert.lengthOf(listed((yield* managed("GET", `${base}/${what}`)).body)[what] ?? [], count, what)
      }
      // In another order it means the same.
      const { choices, ...rest } = body
      const turned = { choices: Object.fromEntries(Object.entries(choices).toReversed()), ...rest }
      assert.strictEqual((yield* post({ body: turned, key })).body, first?.body)
      isRow(yield* post({ body: { ...body, variables: { GREETING: "other" } }, key }), "idempotency_conflict")
      isRow(
        yield* post({ body: { ...body, choices: { ...choices, telegram: bot(522) } }, key }),
        "idempotency_conflict"
      )
      // In another tenant it is another request.
      const other = yield* makeTenant
      isRow(yield* post({ body: { ...body, tenant_id: other.id }, key }), "connection_in_use")
      const theirs = { ...body, tenant_id: other.id, choices: { ...choices, telegram: bot(523) } }
      assert.strictEqual((yield* post({ body: theirs, key })).status, 201)
    })
  )

  it.effect("knows nothing of another tenant's deployments and connections", () =>
    Effect.gen(function* () {
      const [mine, theirs] = [yield* makeTenant, yield* makeTenant]
      const foreign = (yield* made("POST", `${theirs.base}/connections`, { slug: "notion", credential: "theirs" })).id
      const { deployment } = yield* install({
        body: { tenant_id: theirs.id, manifest: manifest("theirs", ["openai"]), choices: { openai: { pool: true } } }
      })
      const nobodys = crypto.randomUUID()
      const choosing = (connection_id: string) =>
        post({
          body: { tenant_id: mine.id, manifest: manifest("mine", ["notion"]), choices: { notion: { connection_id } } }
        })
      assert.deepStrictEqual(comparable(yield* choosing(foreign)), comparable(yield* choosing(nobodys)))
      for (const [method, path] of [
        ["GET", ""],
        ["GET", "/history"],
        ["DELETE", ""]
      ] as const) {
        const of = (id: string) => managed(method, `${mine.base}/deployments/${id}${path}`)
        isRow(yield* of(nobodys), "not_found")
        assert.deepStrictEqual(comparable(yield* of(deployment.id)), comparable(yield* of(nobodys)))
      }
      assert.strictEqual((yield* managed("GET", `${mine.base}/deployments`)).body, `{"deployments":[]}`)
      // An app that was never installed is no deployment, either.
      const { id: app } = yield* made("POST", `${mine.base}/apps`, { slug: "app", name: "App", kind: "production" })
      isRow(yield* managed("GET", `${mine.base}/deployments/${app}`), "not_found")
      isRow(yield* managed("DELETE", `${mine.base}/deployments/${app}`), "not_found")
      assert.include((yield* managed("GET", `${theirs.base}/deployments`)).body, `"status":"installed"`)
    })
  )

  it.effect("has said nothing of all this", () =>
    Effect.gen(function* () {
      const { server } = yield* Service
      assert.notMatch(server.output(), /ERROR|WARN|hunter2|vendo_[sa]/)
    })
  )
})
