import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, it } from "@effect/vitest"
import { ConfigProvider, Effect, FileSystem, Layer } from "effect"
import { HttpServer } from "effect/http"
import { NetAddress } from "effect/net"
import * as processes from "@vendodev/server/launch/process"
import { Settings } from "@vendodev/server/Settings"
import { directory, eventually, isRunning } from "../fixtures/cluster.ts"
import { launching, name, secret } from "./fixture.ts"
import { end, install, said } from "./standIn.ts"

const listensAt = (host: string, port: number) =>
  Layer.succeed(
    HttpServer.HttpServer,
    HttpServer.make({ address: NetAddress.inetAddressFromIpStringUnsafe(host, port), serve: () => Effect.void })
  )

/** Of a service with this environment, which is all it knows. */
const launcherOf = Effect.fnUntraced(function* (env: Readonly<Record<string, string>>, host = "127.0.0.1") {
  return yield* Effect.gen(function* () {
    const { launching } = yield* Settings
    return launching.launcher === "process" ? yield* processes.make(launching) : yield* Effect.die(launching)
  }).pipe(
    Effect.provide([Settings.layer, listensAt(host, 4321)]),
    Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))
  )
})

/** A service with a data directory, and a stand-in for `vendo`. */
const start = Effect.fnUntraced(function* (env: Readonly<Record<string, string>> = {}) {
  const fs = yield* FileSystem.FileSystem
  const root = yield* fs.realPath(yield* directory())
  const program = yield* install(root)
  const launcher = yield* launcherOf({ VENDO_DATA_DIR: `${root}/data`, VENDO_RUN_PROGRAM: program, ...env })
  const out = `${root}/said.json`
  return {
    root,
    program,
    out,
    launcher,
    command: ["bot", "--port", "1", out] as const,
    log: `${root}/data/deployments/${name}.log`
  }
})

const canary = "canary-of-a-secret"

it.layer(NodeServices.layer, { excludeTestServices: true })("A launched process", (it) => {
  it.effect("is given key, address and what a program needs here, and none of our secrets", () =>
    Effect.gen(function* () {
      const given = { PATH: "/bin:/usr/bin", HOME: "/nowhere", LANG: "C.UTF-8", TZ: "UTC", TERM: "dumb" }
      const { command, launcher, out } = yield* start({
        ...given,
        DATABASE_URL: `postgres://vendo_server:${canary}@db.example/vendo`,
        DATABASE_ADMIN_URL: canary,
        VENDO_SERVER_PASSWORD: canary,
        VENDO_KEK_FILE: canary,
        VENDO_ADMIN_TOKEN: canary,
        VENDO_API_KEY: canary,
        VENDO_PUBLIC_URL: "https://public.example",
        COMPOSIO_API_KEY: canary,
        NOTION_OAUTH_CLIENT_ID: "client",
        NOTION_OAUTH_CLIENT_SECRET: canary,
        OTEL_EXPORTER_OTLP_HEADERS: `authorization=${canary}`,
        OPENAI_API_KEY: canary,
        NODE_OPTIONS: "--no-warnings",
        HTTPS_PROXY: `http://u:${canary}@proxy.example`,
        SOME_SECRET: canary
      })
      assert.isTrue(launcher.starts({ command: [...command] }))
      assert.strictEqual((yield* launcher.launch(launching({ command: [...command] }))).state, "started")
      const { env } = yield* said(out)
      assert.deepStrictEqual(env, { ...given, VENDO_API_KEY: secret, VENDO_BASE_URL: "http://127.0.0.1:4321" })
    })
  )

  it.effect(
    "runs its command where it is told to, in a group of its own, and has its key nowhere but in its environment",
    () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const { command, launcher, log, out, program, root } = yield* start()
        yield* fs.makeDirectory(`${root}/tool`)
        const started = yield* launcher.launch(launching({ command: [...command], directory: `${root}/tool` }))
        assert.deepStrictEqual(started, { state: "started", detail: `its output goes to ${log}` })
        const { args, cwd, pid } = yield* said(out)
        assert.deepStrictEqual(args, ["run", "--", ...command])
        assert.strictEqual(cwd, `${root}/tool`)
        // There is a group of that number: the process leads it.
        assert.isTrue(process.kill(-pid, 0))
        if (process.platform === "linux") {
          const line = yield* fs.readFileString(`/proc/${pid}/cmdline`)
          assert.include(line, program)
          assert.notInclude(line, secret)
        }

        const printed = yield* eventually(Effect.filterOrFail(fs.readFileString(log), (text) => text.includes("aside")))
        assert.strictEqual(printed, "said aloud\nsaid aside\n")
        const modes = Effect.fnUntraced(function* (path: string) {
          return ((yield* fs.stat(path)).mode & 0o777).toString(8)
        })
        assert.strictEqual(yield* modes(`${root}/data/deployments`), "700")
        const kept = yield* fs.readDirectory(`${root}/data/deployments`)
        assert.sameMembers(kept, [`${name}.log`, `${name}.pid`])
        for (const file of kept) {
          assert.strictEqual(yield* modes(`${root}/data/deployments/${file}`), "600")
          assert.notInclude(yield* fs.readFileString(`${root}/data/deployments/${file}`), secret)
        }
      })
  )

  it.effect(
    "is left alone while it runs, also by a service that did not start it, and started again when it has ended",
    () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const { command, launcher, out, program, root } = yield* start()
        const launch = launching({ command: [...command] })
        const both = yield* Effect.all([launcher.launch(launch), launcher.launch(launch)], { concurrency: 2 })
        assert.deepStrictEqual(
          both.map(({ state }) => state),
          ["started", "running"]
        )
        const first = yield* said(out)
        const next = yield* launcherOf({ VENDO_DATA_DIR: `${root}/data`, VENDO_RUN_PROGRAM: program })
        assert.strictEqual((yield* next.launch(launch)).state, "running")
        assert.isTrue(yield* isRunning(first.pid))
        yield* launcher.remove(launch)
        assert.isTrue(yield* isRunning(first.pid))

        yield* end(first.pid)
        yield* eventually(Effect.filterOrFail(isRunning(first.pid), (alive) => !alive))
        yield* fs.remove(out)
        assert.strictEqual((yield* next.launch(launch)).state, "started")
        const second = yield* said(out)
        assert.notStrictEqual(second.pid, first.pid)
      })
  )

  it.effect("is not taken to run because another process has its number by now", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { command, launcher, out, root } = yield* start()
      yield* fs.makeDirectory(`${root}/data/deployments`, { recursive: true })
      for (const pid of [String(process.pid), "0", "-1", "1.5", "", "a number"]) {
        yield* fs.writeFileString(`${root}/data/deployments/${name}.pid`, pid)
        assert.strictEqual((yield* launcher.launch(launching({ command: [...command] }))).state, "started", pid)
        const { pid: started } = yield* said(out)
        yield* end(started)
        yield* fs.remove(out)
      }
    })
  )

  it.effect(
    "begins a new file when the old one is long, and else goes on in it; whoever may read it, may no more",
    () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const { command, launcher, log, out, root } = yield* start()
        yield* fs.makeDirectory(`${root}/data/deployments`, { recursive: true, mode: 0o755 })
        const launch = Effect.gen(function* () {
          assert.strictEqual((yield* launcher.launch(launching({ command: [...command] }))).state, "started")
          const { pid } = yield* said(out)
          yield* end(pid)
          yield* fs.remove(out)
          yield* eventually(Effect.filterOrFail(isRunning(pid), (alive) => !alive))
          return yield* fs.readFileString(log)
        })
        yield* fs.writeFileString(log, "before\n", { mode: 0o644 })
        assert.strictEqual(yield* launch, "before\nsaid aloud\nsaid aside\n")
        assert.strictEqual((yield* fs.stat(log)).mode & 0o777, 0o600)
        assert.strictEqual((yield* fs.stat(`${root}/data/deployments`)).mode & 0o777, 0o700)
        yield* fs.writeFile(log, new Uint8Array(10 * 1024 * 1024 + 1))
        assert.strictEqual(yield* launch, "said aloud\nsaid aside\n")
        assert.strictEqual(Number((yield* fs.stat(`${log}.old`)).size), 10 * 1024 * 1024 + 1)
      })
  )

  it.effect("that can not be started fails the launch, with words that name what to mend", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { command, launcher, root } = yield* start()
      const failing = Effect.fnUntraced(function* (
        with_: { readonly VENDO_RUN_PROGRAM?: string; readonly VENDO_DATA_DIR?: string },
        directory = root
      ) {
        const other = yield* launcherOf({ VENDO_DATA_DIR: `${root}/data`, ...with_ })
        const { detail, state } = yield* other.launch(launching({ command: [...command], directory }))
        assert.strictEqual(state, "failed")
        return detail
      })
      assert.strictEqual(yield* failing({}, `${root}/none`), `there is no directory ${root}/none`)
      assert.strictEqual(
        yield* failing({ VENDO_RUN_PROGRAM: `${root}/none` }),
        `${root}/none is not there; VENDO_RUN_PROGRAM names it`
      )
      yield* fs.writeFileString(`${root}/plain`, "", { mode: 0o644 })
      assert.strictEqual(
        yield* failing({ VENDO_RUN_PROGRAM: `${root}/plain` }),
        `${root}/plain is not executable; VENDO_RUN_PROGRAM names it`
      )
      assert.strictEqual(
        yield* failing({ VENDO_DATA_DIR: `${root}/plain` }),
        `${root}/plain/deployments/${name}.log can not be written`
      )
      assert.strictEqual(yield* failing({}, `${root}/plain`), `there is no directory ${root}/plain`)
      assert.isFalse(launcher.starts({}))
    })
  )
})

it.layer(NodeServices.layer, { excludeTestServices: true })("A launched process finds the service", (it) => {
  it.effect("where it listens, on an address of this machine; behind a domain, where people do", () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<readonly [env: Record<string, string>, host: string, url: string]> = [
        [{}, "0.0.0.0", "http://127.0.0.1:4321"],
        [{}, "::", "http://[::1]:4321"],
        [{ VENDO_PUBLIC_URL: "https://public.example" }, "10.1.2.3", "http://10.1.2.3:4321"],
        [{ VENDO_DOMAIN: "vendo.example" }, "127.0.0.1", "https://vendo.example"],
        [{ VENDO_DOMAIN: "vendo.example", VENDO_PUBLIC_URL: "http://x.example" }, "127.0.0.1", "http://x.example"]
      ]
      for (const [env, host, url] of cases) {
        const fs = yield* FileSystem.FileSystem
        const root = yield* fs.realPath(yield* directory())
        const program = yield* install(root)
        const base = { VENDO_DATA_DIR: `${root}/data`, VENDO_RUN_PROGRAM: program }
        const launcher = yield* launcherOf({ ...base, ...env }, host)
        yield* launcher.launch(launching({ command: ["bot", `${root}/said.json`] }))
        assert.strictEqual((yield* said(`${root}/said.json`)).env["VENDO_BASE_URL"], url)
      }
    })
  )
})
