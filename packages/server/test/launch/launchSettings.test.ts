import { assert, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { faults, read } from "../fixtures/settings.ts"

const launching = (env: Record<string, string>) => Effect.map(read(env), ({ launching }) => launching)

it.effect("Who launches is said; if nobody says it, a process in development and nobody in production", () =>
  Effect.gen(function* () {
    const cases: ReadonlyArray<readonly [env: Record<string, string>, launcher: string]> = [
      [{}, "process"],
      [{ VENDO_LAUNCHER: "" }, "process"],
      [{ VENDO_LAUNCHER: "none" }, "none"],
      [{ VENDO_ENV: "production" }, "none"],
      [{ VENDO_ENV: "production", VENDO_LAUNCHER: "process" }, "process"],
      [{ VENDO_ENV: "production", VENDO_LAUNCHER: "docker" }, "docker"]
    ]
    for (const [env, launcher] of cases) assert.strictEqual((yield* launching(env)).launcher, launcher)
    assert.deepStrictEqual(yield* faults({ VENDO_LAUNCHER: "systemd" }), [
      "VENDO_LAUNCHER must be one of none, process, docker"
    ])
  })
)

it.effect("A process inherits what a list names, and nothing beside it", () =>
  Effect.gen(function* () {
    const named = { PATH: "/bin", HOME: "/h", USER: "u", LANG: "C", LC_ALL: "C", TZ: "UTC", TMPDIR: "/t", TERM: "dumb" }
    const others = { DATABASE_URL: "postgres:", NODE_OPTIONS: "-r x", LD_PRELOAD: "x", SSH_AUTH_SOCK: "x", path: "x" }
    assert.deepStrictEqual(yield* launching({ ...named, ...others, VENDO_RUN_PROGRAM: " /bin/vendo " }), {
      launcher: "process",
      program: Option.some("/bin/vendo"),
      inherited: named
    })
  })
)

it.effect("An engine has a socket or an address, and a container somewhere to reach the service", () =>
  Effect.gen(function* () {
    const docker = { VENDO_LAUNCHER: "docker" }
    const url = "http://127.0.0.1:4000"
    const socketPath = "/var/run/docker.sock"
    assert.deepStrictEqual(yield* launching(docker), {
      launcher: "docker",
      engine: { socketPath },
      network: Option.none(),
      url
    })
    assert.deepStrictEqual(
      yield* launching({
        ...docker,
        DOCKER_HOST: "tcp://10.0.0.1:2375",
        VENDO_DOCKER_NETWORK: "tools",
        VENDO_CONTAINER_URL: "http://vendo:4000",
        HOST: "0.0.0.0"
      }),
      {
        launcher: "docker",
        engine: { url: "http://10.0.0.1:2375" },
        network: Option.some("tools"),
        url: "http://vendo:4000"
      }
    )
    assert.deepInclude(yield* launching({ ...docker, DOCKER_HOST: "unix:///run/user/1000/podman.sock" }), {
      engine: { socketPath: "/run/user/1000/podman.sock" }
    })
    const address = "DOCKER_HOST must be unix:///<socket> or tcp://<host>:<port>"
    for (const DOCKER_HOST of [
      "ssh://me@host",
      "tcp://host",
      "tcp://u:p@host:1",
      "tcp://host:1/x",
      "unix://",
      "host:1"
    ]) {
      assert.deepStrictEqual(yield* faults({ ...docker, DOCKER_HOST }), [address], DOCKER_HOST)
      // Who launches otherwise may use it as they like.
      assert.strictEqual((yield* launching({ DOCKER_HOST })).launcher, "process")
    }
    const nowhere = "VENDO_CONTAINER_URL must be set, for it is not known where a container reaches this service"
    assert.deepStrictEqual(yield* faults({ ...docker, HOST: "0.0.0.0" }), [nowhere])
    assert.deepStrictEqual(yield* faults({ ...docker, HOST: "0.0.0.0", DOCKER_HOST: "x" }), [address, nowhere])
    assert.deepStrictEqual(yield* faults({ VENDO_CONTAINER_URL: "vendo:4000" }), [
      "VENDO_CONTAINER_URL must be an http or https URL without a trailing slash, such as http://172.17.0.1:4000"
    ])
  })
)
