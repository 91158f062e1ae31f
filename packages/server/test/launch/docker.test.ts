import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Logger, Option } from "effect"
import { TestClock } from "effect/testing"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as docker from "@vendodev/server/launch/docker"
import type { EngineAddress } from "@vendodev/server/launchSettings"
import * as FakeDocker from "@vendodev/simulator/FakeDocker"
import { listen } from "@vendodev/simulator/listen"
import { freePort } from "../fixtures/service.ts"
import { deployment, launching, name, secret, tenant } from "./fixture.ts"

const container = `vendo-${name}`
const labels = { "vendo.deployment": deployment.id, "vendo.tenant": tenant }
const image = "ghcr.io/acme/echo:1.2"

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "vendo-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const launcherAt = (engine: EngineAddress, network = Option.none<string>()) =>
  docker.make({ launcher: "docker", engine, network, url: "http://vendo.example" })

/** An engine with the image, and a launcher that asks it. */
const start = Effect.fnUntraced(function* (settings: FakeDocker.Options = {}) {
  const engine = yield* FakeDocker.make(settings)
  yield* engine.putImage(image)
  const { baseUrl } = yield* listen(engine)
  return { engine, launcher: yield* launcherAt({ url: baseUrl }) }
})

const message = (text: string) => ({ text: JSON.stringify({ message: text }) })

it.effect(
  "A container is made of the image, with key, address and labels, and started: over a socket and over TCP",
  () =>
    Effect.gen(function* () {
      const socketPath = join(yield* directory, "docker.sock")
      for (const place of [undefined, { socketPath }]) {
        const engine = yield* FakeDocker.make()
        yield* engine.putImage(image)
        const { baseUrl: url } = yield* listen(engine, place)
        const launcher = yield* launcherAt(place ?? { url }, Option.some("tools"))
        const command = ["vendo", "run", "--", "node", "bot.js"] as const
        const started = yield* launcher.launch(launching({ image, command: [...command], directory: "/app" }))
        assert.deepStrictEqual(started, { state: "started", detail: `docker logs ${container} shows its output` })
        assert.deepStrictEqual(
          (yield* engine.containers).map(({ name, spec, status }) => ({ name, spec, status })),
          [
            {
              name: container,
              status: "running",
              spec: {
                Image: image,
                Cmd: command,
                WorkingDir: "/app",
                Env: [`VENDO_API_KEY=${secret}`, "VENDO_BASE_URL=http://vendo.example"],
                Labels: labels,
                HostConfig: {
                  Init: true,
                  RestartPolicy: { Name: "unless-stopped" },
                  AutoRemove: false,
                  NetworkMode: "tools"
                }
              }
            }
          ]
        )
        // The key is in the body of one call, and nowhere else.
        assert.notInclude(JSON.stringify(yield* engine.calls()), secret)
      }
    })
)

it.effect("What is not said is left to the image and the engine", () =>
  Effect.gen(function* () {
    const { engine, launcher } = yield* start()
    yield* launcher.launch(launching({ image }))
    const [made] = yield* engine.containers
    assert.notProperty(made?.spec, "Cmd")
    assert.notProperty(made?.spec, "WorkingDir")
    assert.notProperty(made?.spec.HostConfig, "NetworkMode")
    assert.isTrue(launcher.starts({ image }))
    assert.isFalse(launcher.starts({ command: ["node", "bot.js"] }))
  })
)

it.effect("The newest API both sides know is spoken; what is no engine is told so", () =>
  Effect.gen(function* () {
    for (const [settings, version] of [
      [{ apiVersion: "1.41" }, "v1.41"],
      [{ apiVersion: "1.52", minApiVersion: "1.44" }, "v1.47"]
    ] as const) {
      const { engine, launcher } = yield* start(settings)
      assert.strictEqual((yield* launcher.launch(launching({ image }))).state, "started")
      const paths = (yield* engine.calls()).filter(({ route }) => route !== "ping").map(({ path }) => path)
      assert.isTrue(
        paths.every((path) => path.startsWith(`/${version}/`)),
        paths.join(" ")
      )
    }
    const { engine, launcher } = yield* start()
    yield* engine.addFaults({ route: "ping", omitHeaders: ["api-version"] })
    assert.deepStrictEqual(yield* launcher.launch(launching({ image })), {
      state: "failed",
      detail: "the Docker engine can not be asked: what answers is none"
    })
  })
)

it.effect("An image that is not there is fetched, and no other tag of it", () =>
  Effect.gen(function* () {
    for (const [asked, query] of [
      ["echo", { fromImage: "echo", tag: "latest" }],
      ["echo:2", { fromImage: "echo", tag: "2" }],
      ["host:5000/echo", { fromImage: "host:5000/echo", tag: "latest" }],
      ["host:5000/echo:2", { fromImage: "host:5000/echo", tag: "2" }],
      ["echo@sha256:0a1b", { fromImage: "echo", tag: "sha256:0a1b" }]
    ] as const) {
      const { engine, launcher } = yield* start()
      yield* engine.putRemote(asked)
      assert.strictEqual((yield* launcher.launch(launching({ image: asked }))).state, "started", asked)
      const [fetched] = yield* engine.calls({ route: "fetch" })
      assert.deepStrictEqual(Object.fromEntries(new URLSearchParams(fetched?.query)), query)
      assert.deepStrictEqual(
        (yield* engine.containers).map(({ spec, status }) => [spec.Image, status]),
        [[asked, "running"]]
      )
    }
  })
)

it.effect("An image that can not be had fails the launch with the engine's words, also in the midst of a success", () =>
  Effect.gen(function* () {
    const { engine, launcher } = yield* start()
    assert.deepStrictEqual(yield* launcher.launch(launching({ image: "private" })), {
      state: "failed",
      detail: "pull access denied for private, repository does not exist or may require 'docker login'"
    })
    yield* engine.putRemote("broken", "write /var/lib/docker: no space left on device")
    assert.deepStrictEqual(yield* launcher.launch(launching({ image: "broken" })), {
      state: "failed",
      detail: "write /var/lib/docker: no space left on device"
    })
    assert.deepStrictEqual(yield* engine.containers, [])
  })
)

it.effect(
  "Of its own containers one that runs is left alone, one that ended makes room; another's is not touched",
  () =>
    Effect.gen(function* () {
      const { engine, launcher } = yield* start()
      yield* launcher.launch(launching({ image }))
      const [first] = yield* engine.containers
      const again = yield* launcher.launch(launching({ image }))
      assert.deepStrictEqual(again, { state: "running", detail: `docker logs ${container} shows its output` })
      assert.deepStrictEqual(yield* engine.containers, [first ?? assert.fail("there is no container")])

      yield* engine.end(container)
      assert.strictEqual((yield* launcher.launch(launching({ image }))).state, "started")
      const [second, ...others] = yield* engine.containers
      assert.deepStrictEqual([second?.status, others], ["running", []])
      assert.notStrictEqual(second?.id, first?.id)

      for (const Labels of [{}, { ...labels, "vendo.deployment": tenant }, { ...labels, "vendo.tenant": "another" }]) {
        const { engine, launcher } = yield* start()
        const theirs = yield* engine.putContainer({ name: container, status: "exited", spec: { Image: image, Labels } })
        assert.deepStrictEqual(yield* launcher.launch(launching({ image })), {
          state: "failed",
          detail: `there is a container ${container} that is not of this deployment`
        })
        yield* launcher.remove({ tenant, deployment })
        assert.deepStrictEqual(yield* engine.containers, [theirs])
      }
    })
)

it.effect("What the engine says is told in its words, two hundred characters of them, without the key", () =>
  Effect.gen(function* () {
    const { engine, launcher } = yield* start()
    yield* engine.addFaults({
      route: "start",
      status: 400,
      body: message(`no such\nnetwork ${secret}${"x".repeat(500)}`)
    })
    const failed = yield* launcher.launch(launching({ image }))
    assert.strictEqual(failed.state, "failed")
    assert.strictEqual(failed.detail.length, 200)
    assert.match(failed.detail, /^no such network …x+$/)
    yield* engine.clearFaults
    yield* engine.addFaults({ route: "create", status: 500, body: { text: "oops" } })
    assert.strictEqual(
      (yield* launcher.launch(launching({ image }))).detail,
      "the Docker engine answered with status 500"
    )
    yield* engine.clearFaults
    yield* engine.addFaults({ route: "create", body: { text: "[]" } })
    assert.strictEqual(
      (yield* launcher.launch(launching({ image }))).detail,
      "the Docker engine answered what can not be read"
    )
  })
)

it.effect("An engine that is not there, or does not answer, fails the launch and nothing else", () =>
  Effect.gen(function* () {
    const cases = [
      [{ socketPath: join(yield* directory, "none.sock") }, "its socket is not there"],
      [{ url: `http://127.0.0.1:${yield* freePort}` }, "nothing listens where it should"]
    ] as const
    for (const [address, why] of cases) {
      const launcher = yield* launcherAt(address)
      assert.deepStrictEqual(yield* launcher.launch(launching({ image })), {
        state: "failed",
        detail: `the Docker engine can not be asked: ${why}`
      })
    }
    const { engine, launcher } = yield* start()
    yield* engine.addFaults({ route: "create", delivery: "reset-before-headers", times: 1 })
    assert.strictEqual(
      (yield* launcher.launch(launching({ image }))).detail,
      "the Docker engine can not be asked: the connection broke off"
    )
    yield* engine.addFaults({ route: "create", delivery: "never" })
    const fiber = yield* Effect.forkChild(launcher.launch(launching({ image })))
    yield* Effect.repeat(Effect.andThen(Effect.promise(tick), engine.calls({ route: "create" })), {
      until: (calls) => calls.some(({ outcome }) => outcome === "pending")
    })
    yield* TestClock.adjust("10 seconds")
    assert.deepStrictEqual(yield* Fiber.join(fiber), {
      state: "failed",
      detail: "the Docker engine can not be asked: it did not answer in time"
    })
  })
)

it.effect("What is to run no more is stopped and removed; where it can not be, the log says so", () => {
  const lines: Array<string> = []
  const log = Logger.layer([Logger.make(({ message }) => void lines.push(String(message)))])
  return Effect.gen(function* () {
    const { engine, launcher } = yield* start()
    yield* launcher.launch(launching({ image }))
    yield* launcher.remove({ tenant, deployment })
    assert.deepStrictEqual(yield* engine.containers, [])
    assert.strictEqual((yield* engine.calls({ route: "stop" })).at(-1)?.query, "?t=10")
    yield* launcher.remove({ tenant, deployment })
    assert.deepStrictEqual(lines, [])

    yield* launcher.launch(launching({ image }))
    yield* engine.addFaults({ route: "remove", status: 500, body: message("driver failed") })
    yield* launcher.remove({ tenant, deployment })
    assert.deepStrictEqual(lines, [`the container ${container} was not removed: driver failed`])
  }).pipe(Effect.provide(log))
})

const tick = () => new Promise((resolve) => setImmediate(resolve))
