import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Schema } from "effect"
import { stop, temporaryDirectory } from "@vendodev/testing/ServerProcess"
import { runProgram, spawnProgram } from "./secrets/program.ts"

/** What `pnpm start` runs. */
const script = new URL("../../../scripts/start.ts", import.meta.url).pathname

const DevFile = Schema.fromJsonString(
  Schema.Struct({
    baseUrl: Schema.String,
    adminToken: Schema.String,
    providersUrl: Schema.optionalKey(Schema.String),
    apps: Schema.NonEmptyArray(Schema.Struct({ key: Schema.String }))
  })
)
const Token = Schema.fromJsonString(Schema.Struct({ access_token: Schema.String, expires_at: Schema.String }))

const started = Effect.fnUntraced(function* (dataDir: string, settings: Record<string, string> = {}) {
  const program = yield* spawnProgram({ VENDO_DATA_DIR: dataDir, ...settings }, [], script)
  yield* program.until(/^Vendo is ready at/m)
  // The welcome is one write, but it may come in parts.
  yield* program.until(/vendo connection --help/)
  const files = yield* FileSystem.FileSystem
  const { adminToken, apps, baseUrl, providersUrl } = yield* Schema.decodeUnknownEffect(DevFile)(
    yield* files.readFileString(`${dataDir}/dev.json`)
  )
  return { program, key: apps[0].key, adminToken, baseUrl, providersUrl }
})

const vend = Effect.fnUntraced(function* ({ baseUrl, key }: { readonly baseUrl: string; readonly key: string }) {
  const headers = { authorization: `Bearer ${key}` }
  const response = yield* Effect.promise(() => fetch(`${baseUrl}/credentials/google`, { headers }))
  return {
    status: response.status,
    code: response.headers.get("vendo-error-code"),
    text: yield* Effect.promise(() => response.text())
  }
})

it.layer(NodeServices.layer, { excludeTestServices: true })("pnpm start", (it) => {
  it.effect("without a key of Composio simulates it, says so, still does after kill -9, and never in production", () =>
    Effect.gen(function* () {
      const dataDir = yield* temporaryDirectory
      const first = yield* started(dataDir)
      yield* first.program.until(/^Composio is simulated: .* open nothing\.$/m)
      assert.match(first.program.stdout(), /^ {2}curl -H "Authorization: Bearer .+" http\S+\/credentials\/google$/m)
      const { status, text } = yield* vend(first)
      assert.strictEqual(status, 200, text)
      const token = yield* Schema.decodeUnknownEffect(Token)(text)
      assert.match(token.access_token, /^simulated-google-ca_demo_google-/)
      yield* stop(first.program.child, "SIGKILL")

      const second = yield* started(dataDir)
      assert.strictEqual(second.key, first.key)
      // What was installed finds the providers where they were.
      assert.strictEqual(second.providersUrl, first.providersUrl)
      assert.notInclude(second.program.stdout(), first.key)
      assert.strictEqual((yield* vend(second)).status, 200)
      yield* stop(second.program.child)
      assert.strictEqual(yield* second.program.ended, 0)

      const production = yield* spawnProgram({ VENDO_DATA_DIR: dataDir, VENDO_ENV: "production" }, [], script)
      const url = yield* production.until(/^Vendo is ready at (\S+)/m)
      const headers = { authorization: `Bearer ${second.adminToken}` }
      const doctor = yield* Effect.promise(() => fetch(`${url}/api/doctor`, { headers }).then((said) => said.text()))
      assert.include(doctor, '"configured":false')
      assert.include(doctor, '"simulated":false')
      yield* stop(production.child)
      assert.notMatch(production.stdout() + production.stderr(), /[Ss]imulated|Composio/)
    })
  )

  it.effect("with a key of Composio asks there, and a demo made then is completed when there is none", () =>
    Effect.gen(function* () {
      const dataDir = yield* temporaryDirectory
      const real = { COMPOSIO_API_KEY: "key-of-a-project", COMPOSIO_BASE_URL: "http://127.0.0.1:9" }
      const first = yield* started(dataDir, real)
      yield* first.program.until(/vendo connection create google --account ca_…/)
      assert.notMatch(first.program.stdout(), /simulated|\/google$/m)
      assert.notInclude(first.program.stdout() + first.program.stderr(), real.COMPOSIO_API_KEY)
      assert.strictEqual((yield* vend(first)).code, "binding_missing")
      yield* stop(first.program.child)

      const second = yield* started(dataDir, { COMPOSIO_API_KEY: " " })
      yield* second.program.until(/^Composio is simulated/m)
      assert.strictEqual((yield* vend(second)).status, 200)
    })
  )

  it.effect("with arguments is another command, which comes to its end", () =>
    Effect.gen(function* () {
      const help = yield* runProgram({}, ["--help"], script)
      assert.strictEqual(help.code, 0)
      assert.include(help.stdout, "vendo-server")
    })
  )
})
