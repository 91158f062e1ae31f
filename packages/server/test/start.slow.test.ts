import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Schema } from "effect"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { execFileSync } from "node:child_process"
import * as ServerProcess from "@vendodev/testing/ServerProcess"
import { isRunning, postmasterOf } from "./fixtures/cluster.ts"

const DevFile = Schema.fromJsonString(
  Schema.Struct({
    baseUrl: Schema.String,
    credentialsUrl: Schema.String,
    adminToken: Schema.String,
    apps: Schema.Array(Schema.Struct({ slug: Schema.String, key: Schema.String }))
  })
)

const Token = Schema.fromJsonString(
  Schema.Struct({ access_token: Schema.String, expires_at: Schema.Null, token_type: Schema.Literal("Bearer") })
)

const get = Effect.fnUntraced(function* (url: string, bearer: string) {
  const response = yield* Effect.promise(() => fetch(url, { headers: { authorization: `Bearer ${bearer}` } }))
  return { status: response.status, text: yield* Effect.promise(() => response.text()) }
})

const vend = Effect.fnUntraced(function* (url: string, key: string) {
  const { status, text } = yield* get(url, key)
  assert.strictEqual(status, 200, text)
  return (yield* Schema.decodeUnknownEffect(Token)(text)).access_token
})

const devFile = Effect.fnUntraced(function* (dataDir: string) {
  const fs = yield* FileSystem.FileSystem
  return yield* Schema.decodeUnknownEffect(DevFile, { onExcessProperty: "error" })(
    yield* fs.readFileString(`${dataDir}/dev.json`)
  )
})

const modeOf = Effect.fnUntraced(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  return (yield* fs.stat(file)).mode & 0o777
})

/** The requests it says can be pasted. */
const curls = (output: string) =>
  [...output.matchAll(/^ {2}curl -H "Authorization: Bearer (.+)" (http\S+)$/gm)].map(([, key = "", url = ""]) => ({
    key,
    url
  }))

const keys = /vendo_[a-z]{2}_[0-9A-Za-z]{42}/g

it.layer(NodeServices.layer, { excludeTestServices: true })("a first start", (it) => {
  it.effect("on nothing but a directory answers the requests it prints, and what it keeps is its owner's alone", () =>
    Effect.gen(function* () {
      const server = yield* ServerProcess.start({ OPENAI_API_KEY: "sk-of-my-own-openai-account" })
      const requests = curls(server.output())
      assert.deepStrictEqual(
        requests.map(({ url }) => url.slice(server.baseUrl.length)),
        ["/credentials/openai", "/credentials/notion", "/credentials/v1/TELEGRAM_BOT_TOKEN"]
      )
      const tokens = yield* Effect.forEach(requests, ({ key, url }) => vend(url, key))
      assert.deepStrictEqual(tokens, [
        "sk-of-my-own-openai-account",
        "placeholder-notion-token-replace-me",
        "10:placeholder-telegram-token-replace-me"
      ])

      const { adminToken, apps, baseUrl, credentialsUrl } = yield* devFile(server.dataDir)
      assert.strictEqual(baseUrl, server.baseUrl)
      assert.strictEqual(credentialsUrl, `${server.baseUrl}/credentials`)
      assert.deepStrictEqual(
        apps.map(({ slug }) => slug),
        ["demo-tool"]
      )
      assert.deepStrictEqual([...new Set(requests.map(({ key }) => key))], [apps[0]?.key])
      assert.strictEqual((yield* get(`${baseUrl}/api/tenants`, adminToken)).status, 200)
      assert.strictEqual((yield* get(`${baseUrl}/readyz`, "none")).status, 200)

      assert.strictEqual(yield* modeOf(`${server.dataDir}/dev.json`), 0o600)
      assert.strictEqual(yield* modeOf(`${server.dataDir}/keys.json`), 0o400)
      assert.strictEqual(yield* modeOf(`${server.dataDir}/postgres-superuser`), 0o600)
      assert.notInclude(server.output(), adminToken)
      assert.notInclude(server.output(), "sk-of-my-own")
    })
  )

  it.effect("that is killed and repeated serves the same key, and shows it no more", () =>
    Effect.gen(function* () {
      const dataDir = yield* ServerProcess.temporaryDirectory
      const first = yield* ServerProcess.start({ OPENAI_API_KEY: " " }, { dataDir })
      const [shown] = curls(first.output())
      const before = yield* devFile(dataDir)
      const orphan = yield* postmasterOf(`${dataDir}/postgres`)
      yield* ServerProcess.stop(first.child, "SIGKILL")

      const second = yield* ServerProcess.start({}, { dataDir })
      assert.isFalse(yield* isRunning(orphan))
      const after = yield* devFile(dataDir)
      assert.deepStrictEqual(after.apps, before.apps)
      assert.strictEqual(after.adminToken, before.adminToken)
      assert.strictEqual(after.baseUrl, second.baseUrl)
      assert.strictEqual(after.apps[0]?.key, shown?.key)
      assert.deepStrictEqual(second.output().match(keys), null)
      assert.strictEqual(
        yield* vend(`${second.baseUrl}/credentials/openai`, shown?.key ?? ""),
        "placeholder-openai-key-replace-me"
      )

      // What stands in the key's place is for a shell.
      for (const { key, url } of curls(second.output())) {
        const line = `printf %s "${key}"`
        const resolved = execFileSync("sh", ["-c", line], { encoding: "utf8", env: { PATH: process.env["PATH"] } })
        assert.strictEqual(resolved, shown?.key)
        yield* vend(url, resolved)
      }
    })
  )
})
