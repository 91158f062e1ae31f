import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import { Effect, FileSystem, Layer, Schema } from "effect"
import * as FakeDocker from "@vendodev/simulator/FakeDocker"
import { listen } from "@vendodev/simulator/listen"
import * as ServerProcess from "@vendodev/testing/ServerProcess"
import { directory, isRunning } from "../fixtures/cluster.ts"
import * as Service from "../fixtures/service.ts"
import { install, makeTenant, manifest } from "../install/fixture.ts"
import type { Answer } from "../fixtures/wire.ts"
import { end, install as installStandIn, patiently, said } from "./standIn.ts"

const canary = "canary-of-a-secret"

/** Development, where a launcher is not said, and an environment full of secrets. */
const service = Layer.unwrap(
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const root = yield* fs.realPath(yield* directory())
    return Service.layer({
      VENDO_LAUNCHER: "",
      VENDO_RUN_PROGRAM: yield* installStandIn(root),
      HOME: "/nowhere",
      COMPOSIO_API_KEY: canary,
      OPENAI_API_KEY: canary,
      NOTION_OAUTH_CLIENT_ID: "client",
      NOTION_OAUTH_CLIENT_SECRET: canary,
      SOME_SECRET: canary
    })
  })
).pipe(Layer.provideMerge(NodeServices.layer), Layer.orDie)

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Struct({ status: Schema.String })))
const read = ({ body }: Answer) => decode(body)

let bots = 900

const bot = () => ({ telegram: { credential: `${++bots}:not_a_real_token_of_a_bot_at_all` } })

/** What a program prints into, and the body of an installation that starts it. */
const tool = Effect.fnUntraced(function* (launch: object = {}) {
  const fs = yield* FileSystem.FileSystem
  const root = yield* fs.realPath(yield* directory())
  const { id } = yield* makeTenant
  const out = `${root}/said.json`
  const body = {
    tenant_id: id,
    manifest: manifest("echo", ["telegram"]),
    choices: bot(),
    launch: { command: ["bot", out], directory: root, ...launch }
  }
  return { id, root, out, body }
})

layer(service, { excludeTestServices: true })("A service in development", (it) => {
  it.effect("starts what is installed, with an environment in which it works and nothing of the service's", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { server } = yield* Service.Service
      const { body, id, out, root } = yield* tool()
      const { key, launch } = yield* install({ body })
      const log = `${yield* fs.realPath(server.dataDir)}/deployments/${id}-echo.log`
      assert.deepStrictEqual(launch, {
        launcher: "process",
        state: "launched",
        detail: `its output goes to ${log}`,
        run: `VENDO_API_KEY=… vendo run -- bot ${out}`
      })
      const { args, cwd, env } = yield* said(out)
      assert.deepStrictEqual(args, ["run", "--", "bot", out])
      assert.strictEqual(cwd, root)
      assert.sameMembers(Object.keys(env), ["PATH", "HOME", "VENDO_API_KEY", "VENDO_BASE_URL"])
      assert.strictEqual(env["VENDO_API_KEY"], key)
      assert.notInclude(JSON.stringify(env), canary)
      const headers = { authorization: `Bearer ${env["VENDO_API_KEY"]}` }
      const answer = yield* Effect.promise(() => fetch(`${env["VENDO_BASE_URL"]}/credentials/telegram`, { headers }))
      assert.strictEqual(answer.status, 200)

      for (const file of yield* fs.readDirectory(server.dataDir, { recursive: true })) {
        const { type } = yield* fs.stat(`${server.dataDir}/${file}`)
        if (type === "File") assert.notInclude(yield* fs.readFileString(`${server.dataDir}/${file}`), key, file)
      }
      assert.notInclude(server.output(), key)
    })
  )

  it.effect(
    "leaves alone what it started: when the installation is repeated, when it stops, and when it is back",
    () =>
      Effect.gen(function* () {
        const { environment } = yield* Service.Service
        const dataDir = yield* directory()
        const { body, out } = yield* tool()
        const other = yield* ServerProcess.start(environment, { dataDir })
        const there = { ...(yield* Service.Service), server: other, port: other.port }
        const asked = install({ body, key: "once" })
        const first = yield* Effect.provideService(asked, Service.Service, there)
        const { pid } = yield* said(out)
        const second = yield* Effect.provideService(asked, Service.Service, there)
        assert.deepStrictEqual(second, first)

        yield* ServerProcess.stop(other.child)
        assert.isTrue(yield* isRunning(pid))
        const next = yield* ServerProcess.start(environment, { dataDir })
        const third = yield* Effect.provideService(asked, Service.Service, { ...there, server: next, port: next.port })
        assert.deepStrictEqual(third, first)
        assert.isTrue(yield* isRunning(pid))
        assert.strictEqual((yield* said(out)).pid, pid)
      }),
    300_000
  )

  it.effect(
    "runs a tool with its variables, while the service is away as well, until it is told to stop; and starts it again",
    () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const { environment } = yield* Service.Service
        const dataDir = yield* directory()
        const settings = { ...environment, VENDO_RUN_PROGRAM: "", PORT: String(yield* Service.freePort) }
        const before = yield* ServerProcess.start(settings, { dataDir })
        const there = { ...(yield* Service.Service), server: before, port: before.port }
        const within = Effect.provideService(Service.Service, there)
        const { body, id, out, root } = yield* tool()
        const command = [yield* installStandIn(root), out]
        const { deployment, key, launch } = yield* within(install({ body: { ...body, launch: { command } } }))
        assert.deepInclude(launch, { launcher: "process", state: "launched" })
        const run = Number(yield* fs.readFileString(`${dataDir}/deployments/${id}-echo.pid`))
        yield* Effect.addFinalizer(() => end(run))

        const given = yield* said(out)
        assert.deepStrictEqual(given.args, [out])
        assert.strictEqual(given.env["TELEGRAM_BOT_TOKEN"], body.choices.telegram.credential)
        assert.strictEqual(given.env["VENDO_API_KEY"], key)
        assert.notInclude(JSON.stringify(given.env), canary)
        const shown = Effect.flatMap(
          within(Service.managed("GET", `/tenants/${id}/deployments/${deployment.id}`)),
          read
        )
        const inStatus = (status: string) => patiently(Effect.filterOrFail(shown, (found) => found.status === status))
        yield* inStatus("running")

        yield* ServerProcess.stop(before.child)
        assert.isTrue(yield* isRunning(given.pid))
        yield* ServerProcess.start(settings, { dataDir })
        yield* within(Service.managed("POST", `/tenants/${id}/deployments/${deployment.id}/stop`))
        yield* inStatus("stopped")
        yield* patiently(Effect.filterOrFail(isRunning(run), (alive) => !alive))
        assert.isFalse(yield* isRunning(given.pid))

        // Started again it has another key, and the one before is over.
        yield* fs.remove(out)
        const again = yield* within(Service.managed("POST", `/tenants/${id}/deployments/${deployment.id}/start`))
        assert.include(again.body, `"state":"launched"`)
        const next = Number(yield* fs.readFileString(`${dataDir}/deployments/${id}-echo.pid`))
        yield* Effect.addFinalizer(() => end(next))
        const fresh = (yield* said(out)).env["VENDO_API_KEY"] ?? ""
        assert.notStrictEqual(fresh, key)
        assert.strictEqual((yield* within(Service.vend("telegram", fresh))).status, 200)
        const former = yield* within(Service.vend("telegram", key))
        assert.strictEqual(former.headers["vendo-error-code"], "app_revoked")
        const log = yield* fs.readFileString(`${dataDir}/deployments/${id}-echo.log`)
        for (const secret of [key, fresh]) assert.notInclude(log, secret)
      }),
    300_000
  )

  it.effect("installs also what can not be started, and says why; without a command it says what to run", () =>
    Effect.gen(function* () {
      const { body } = yield* tool({ directory: "/nowhere" })
      const { deployment, launch } = yield* install({ body })
      assert.strictEqual(deployment.status, "installed")
      assert.deepInclude(launch, { state: "failed", detail: "there is no directory /nowhere" })
      const { launch: _, ...without } = (yield* tool()).body
      const run = "VENDO_API_KEY=… vendo run -- <command>"
      assert.deepStrictEqual((yield* install({ body: without })).launch, {
        launcher: "process",
        state: "manual",
        detail: null,
        run
      })
    })
  )

  it.effect(
    "starts containers, where it is told to, and takes them away with their deployment",
    () =>
      Effect.gen(function* () {
        const { environment } = yield* Service.Service
        const engine = yield* FakeDocker.make()
        yield* engine.putRemote("echo:1")
        const socketPath = `${yield* directory()}/docker.sock`
        yield* listen(engine, { socketPath })
        const server = yield* ServerProcess.start({
          ...environment,
          VENDO_LAUNCHER: "docker",
          DOCKER_HOST: `unix://${socketPath}`,
          VENDO_CONTAINER_URL: "http://vendo.internal:4000"
        })
        const there = { ...(yield* Service.Service), server, port: server.port }
        const { body, id } = yield* tool()
        const launch = { image: "echo:1" }
        const { deployment, key, ...answer } = yield* Effect.provideService(
          install({ body: { ...body, launch } }),
          Service.Service,
          there
        )
        assert.deepStrictEqual(answer.launch, {
          launcher: "docker",
          state: "launched",
          detail: `docker logs vendo-${id}-echo shows its output`,
          run: "VENDO_API_KEY=… vendo run -- <command>"
        })
        const [made = assert.fail("there is no container")] = yield* engine.containers
        assert.strictEqual(made.status, "running")
        assert.deepStrictEqual(made.spec.Env, [`VENDO_API_KEY=${key}`, "VENDO_BASE_URL=http://vendo.internal:4000"])
        assert.deepStrictEqual(made.spec.Labels, { "vendo.deployment": deployment.id, "vendo.tenant": id })
        const managed = (method: string, path: string) =>
          Effect.provideService(Service.managed(method, path), Service.Service, there)
        const destroyed = yield* managed("DELETE", `/tenants/${id}/deployments/${deployment.id}`)
        assert.strictEqual(destroyed.status, 200, destroyed.body)
        assert.deepStrictEqual(yield* engine.containers, [])

        const second = yield* tool()
        const stoppable = yield* Effect.provideService(
          install({ body: { ...second.body, launch } }),
          Service.Service,
          there
        )
        assert.lengthOf(yield* engine.containers, 1)
        // Else the engine would start it again, and again.
        const stopped = yield* managed("POST", `/tenants/${second.id}/deployments/${stoppable.deployment.id}/stop`)
        assert.strictEqual(stopped.status, 200, stopped.body)
        assert.deepStrictEqual(yield* engine.containers, [])
        assert.notInclude(server.output(), key)

        // Whatever becomes of the engine, the installation is done.
        yield* engine.addFaults({ delivery: "reset-before-headers" })
        const other = yield* Effect.provideService(
          install({ body: { ...(yield* tool()).body, launch } }),
          Service.Service,
          there
        )
        assert.strictEqual(other.launch.state, "failed")
      }),
    300_000
  )
})
