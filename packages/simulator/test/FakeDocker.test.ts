import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import * as FakeDocker from "@vendodev/simulator/FakeDocker"
import * as inProcess from "@vendodev/simulator/inProcess"
import { asking, jsonIn } from "./asking.ts"

const start = Effect.fnUntraced(function* (settings?: FakeDocker.Options) {
  const engine = yield* FakeDocker.make(settings)
  const ask = asking(inProcess.baseUrl, inProcess.layer(engine))
  return {
    engine,
    ask,
    call: (method: "GET" | "POST" | "DELETE", path: string, body?: unknown) =>
      ask({ method, path: `/v1.43${path}`, headers: {}, body })
  }
})

const of = <E>(asked: Effect.Effect<{ readonly status: number }, E>) => Effect.map(asked, ({ status }) => status)

it.effect("A simulated engine says its version, and refuses to speak newer and older ones", () =>
  Effect.gen(function* () {
    const { ask } = yield* start({ apiVersion: "1.44", minApiVersion: "1.40" })
    const pong = yield* ask({ path: "/_ping", headers: {} })
    assert.deepInclude(pong, { status: 200, text: "OK" })
    assert.strictEqual(pong.headers["api-version"], "1.44")
    for (const [version, words] of [
      ["1.45", "client version 1.45 is too new. Maximum supported API version is 1.44"],
      ["1.9", "client version 1.9 is too old. Minimum supported API version is 1.40"]
    ] as const) {
      const refused = yield* ask({ path: `/v${version}/containers/x/json`, headers: {} })
      assert.strictEqual(refused.status, 400)
      assert.include(String(jsonIn(refused)["message"]), words)
    }
    for (const path of ["/v1.40/containers/x/json", "/v1.44/containers/x/json", "/containers/x/json"]) {
      assert.deepInclude(jsonIn(yield* ask({ path, headers: {} })), { message: "No such container: x" })
    }
  })
)

it.effect(
  "A simulated container is made of an image that is there, under a name of its own, and lives as containers do",
  () =>
    Effect.gen(function* () {
      const { call, engine } = yield* start()
      const create = (name = "echo") => call("POST", `/containers/create?name=${name}`, { Image: "echo", Env: ["A=1"] })
      assert.deepInclude(jsonIn(yield* create()), { message: "No such image: echo:latest" })
      yield* engine.putImage("echo")
      const made = yield* create()
      assert.strictEqual(made.status, 201)
      const id = String(jsonIn(made)["Id"])
      assert.match(id, /^[0-9a-f]{64}$/)
      const taken = yield* create()
      assert.strictEqual(taken.status, 409)
      assert.include(
        String(jsonIn(taken)["message"]),
        `The container name "/echo" is already in use by container "${id}"`
      )
      assert.strictEqual(yield* of(create("-")), 400)
      assert.strictEqual(yield* of(call("POST", "/containers/create?name=other", { Image: 1 })), 400)

      const state = Effect.map(call("GET", "/containers/echo/json"), (answer) => jsonIn(answer)["State"])
      assert.deepInclude(yield* state, { Status: "created", Running: false })
      assert.strictEqual(yield* of(call("POST", `/containers/${id}/start`)), 204)
      assert.strictEqual(yield* of(call("POST", "/containers/echo/start")), 304)
      assert.deepInclude(yield* state, { Status: "running", Running: true })
      assert.strictEqual(yield* of(call("DELETE", "/containers/echo")), 409)
      assert.strictEqual(yield* of(call("POST", "/containers/echo/stop?t=1")), 204)
      assert.strictEqual(yield* of(call("POST", "/containers/echo/stop")), 304)
      assert.strictEqual(yield* of(call("DELETE", "/containers/echo")), 204)
      assert.strictEqual(yield* of(call("DELETE", "/containers/echo")), 404)

      yield* create()
      yield* call("POST", "/containers/echo/start")
      yield* engine.end("echo")
      assert.deepInclude(yield* state, { Status: "exited", Running: false })
      yield* call("POST", "/containers/echo/start")
      assert.strictEqual(yield* of(call("DELETE", "/containers/echo?force=true")), 204)
      assert.deepStrictEqual(yield* engine.containers, [])
      assert.deepStrictEqual(
        (yield* engine.calls({ route: "remove" })).map(({ status }) => status),
        [409, 204, 404, 204]
      )
    })
)

it.effect("An image is fetched by name and tag, line by line; what goes wrong in the midst is one of them", () =>
  Effect.gen(function* () {
    const { call, engine } = yield* start()
    const fetch = (image: string, tag: string) => call("POST", `/images/create?fromImage=${image}&tag=${tag}`)
    yield* engine.putRemote("echo:2")
    yield* engine.putRemote("full", "no space left on device")
    yield* engine.putRemote("echo@sha256:0a")
    const lines = (yield* fetch("echo", "2")).text.trimEnd().split("\r\n")
    assert.include(lines.at(-1), "Downloaded newer image for echo:2")
    assert.strictEqual((yield* fetch("echo", "sha256:0a")).status, 200)
    const broken = yield* fetch("full", "latest")
    assert.strictEqual(broken.status, 200)
    assert.deepStrictEqual(JSON.parse(broken.text.trimEnd().split("\r\n").at(-1) ?? ""), {
      errorDetail: { message: "no space left on device" },
      error: "no space left on device"
    })
    assert.strictEqual((yield* fetch("nobody", "1")).status, 404)
    assert.strictEqual((yield* fetch("echo", "")).status, 400)
    const made = (name: string, Image: string) => of(call("POST", `/containers/create?name=${name}`, { Image }))
    assert.strictEqual(yield* made("one", "echo:2"), 201)
    assert.strictEqual(yield* made("two", "full"), 404)
  })
)
