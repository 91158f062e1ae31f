import { assert, layer } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { start } from "@vendodev/testing/ServerProcess"
import { isRow } from "./edges/row.ts"
import {
  another,
  doing,
  environment,
  environmentOf,
  makeDeployment,
  newRun,
  report,
  reporting,
  standing
} from "./fixtures/deployed.ts"
import { brief, listen } from "./fixtures/listening.ts"
import * as Service from "./fixtures/service.ts"

const handOver = (base: string, slug: string, body: unknown) =>
  Service.managed("POST", `${base}/bindings/${slug}/move`, body)

layer(Service.layer({ VENDO_PUBLIC_URL: "https://vendo.example" }), { excludeTestServices: true })(
  "A deployment",
  (it) => {
    it.effect("hears on any node of all that is done to it on another", () =>
      Effect.gen(function* () {
        const { environment, server } = yield* Service.Service
        const elsewhere = yield* start(environment)
        const one = yield* makeDeployment()
        const two = yield* another(one, "two")
        const run = newRun()
        const here = yield* listen(elsewhere.baseUrl, one.key)
        const there = yield* listen(elsewhere.baseUrl, two.key)
        yield* here.said("retry")
        yield* there.said("retry")
        yield* report(one.key, run, { state: "starting" }, server.port)
        const bot = yield* Service.connectAndBind(one, "telegram", { credential: "6001:bot_unsaid" })
        yield* report(one.key, run, { env_version: 2 }, server.port)
        yield* doing("restart", one)
        yield* report(one.key, run, { env_version: 2, restart: 1 }, server.port)
        yield* handOver(one.base, "telegram", { to: two.app })
        yield* report(one.key, run, { env_version: 2, restart: 1 }, server.port)
        yield* report(one.key, run, { env_version: 2, restart: 1, state: "paused" }, server.port)
        yield* doing("stop", one)
        yield* report(one.key, run, { state: "exited", exit_code: 0 }, server.port)
        const heard = yield* here.heard(12)
        assert.deepStrictEqual(
          heard.map((event) => ("status" in event ? `${event.kind} ${event.status}` : brief(event))),
          [
            "deployment.status_changed running",
            "connection.connected telegram",
            "deployment.environment_changed",
            "deployment.restart_requested",
            "deployment.status_changed restarting",
            "deployment.status_changed running",
            "deployment.pause_requested telegram",
            "connection.disconnected telegram",
            "deployment.environment_changed",
            "deployment.restart_requested",
            "deployment.status_changed stopping",
            "deployment.status_changed stopped"
          ]
        )
        const others = yield* there.heard(2)
        assert.deepStrictEqual(others.map(brief).toSorted(), [
          "connection.connected telegram",
          "deployment.environment_changed"
        ])
        assert.isTrue(others.some((event) => "connection_id" in event && event.connection_id === bot))
        // And what changes nothing is no news.
        const before = yield* listen(elsewhere.baseUrl, two.key, { after: others.at(-1)?.id ?? "" })
        const second = newRun()
        yield* report(two.key, second)
        yield* report(two.key, second)
        yield* report(two.key, second)
        yield* doing("stop", { ...one, app: two.app })
        const [first, last] = yield* before.heard(2)
        assert.deepStrictEqual(
          [first, last].map((event) => (event !== undefined && "status" in event ? event.status : "")),
          ["running", "stopping"]
        )
      })
    )

    it.effect("says that a restart would apply a replaced connection, until a restarted command says that it did", () =>
      Effect.gen(function* () {
        const one = yield* makeDeployment()
        yield* Service.connectAndBind(one, "notion", { credential: "first_unsaid" })
        const run = newRun()
        const started = yield* Effect.flatMap(environment(one.key), environmentOf)
        yield* report(one.key, run, { env_version: started.env_version })
        assert.isFalse((yield* standing(one)).restart_required)
        yield* Service.connectAndBind(one, "notion", { credential: "second_unsaid", name: "another" })
        const changed = yield* standing(one)
        assert.deepStrictEqual(
          [changed.restart_required, changed.env_running, changed.env_wanted],
          [true, started.env_version, started.env_version + 1]
        )
        // Nobody restarted it, and nobody tells it to.
        const told = yield* report(one.key, run, { env_version: started.env_version })
        assert.deepStrictEqual([told.action, told.restart], ["run", 0])
        const restarting = yield* doing("restart", one)
        assert.deepStrictEqual([restarting.status, restarting.restart_required], ["restarting", true])
        const { restart } = yield* report(one.key, run, { env_version: started.env_version })
        assert.strictEqual(restart, 1)
        const again = yield* Effect.flatMap(environment(one.key), environmentOf)
        assert.deepStrictEqual([again.restart, again.env_version], [1, started.env_version + 1])
        assert.strictEqual(Redacted.value(again.variables["NOTION_TOKEN"] ?? Redacted.make("")), "second_unsaid")
        yield* report(one.key, run, { env_version: again.env_version, restart: 1, state: "starting" })
        assert.isTrue((yield* standing(one)).restart_required)
        yield* report(one.key, run, { env_version: again.env_version, restart: 1 })
        const applied = yield* standing(one)
        assert.deepStrictEqual([applied.status, applied.restart_required], ["running", false])
      })
    )

    it.effect("is restarted by itself for the connections its manifest names, and for no others", () =>
      Effect.gen(function* () {
        const one = yield* makeDeployment({ integrations: ["notion", "openai"], restartOn: ["notion"] })
        const run = newRun()
        yield* report(one.key, run)
        yield* Service.connectAndBind(one, "openai", { credential: "sk_unsaid" })
        assert.strictEqual((yield* report(one.key, run)).restart, 0)
        yield* Service.connectAndBind(one, "notion", { credential: "ntn_unsaid" })
        assert.strictEqual((yield* report(one.key, run)).restart, 1)
        assert.strictEqual((yield* standing(one)).status, "restarting")
      })
    )

    it.effect("has its variables set, masked and revealed over the wire", () =>
      Effect.gen(function* () {
        const one = yield* makeDeployment()
        const path = `${one.base}/deployments/${one.app}/environment`
        const set = yield* Service.managed("PATCH", path, { variables: { GREETING: "hello_unsaid", GONE: null } })
        assert.strictEqual(set.status, 200, set.body)
        assert.include(set.body, "••••")
        assert.notInclude(set.body, "_unsaid")
        assert.notInclude((yield* Service.managed("GET", path)).body, "_unsaid")
        assert.include((yield* Service.managed("GET", `${path}?reveal=1`)).body, "hello_unsaid")
        for (const query of ["?reveal=0", "?reveal=", "?reveal=true", "?revael=1"]) {
          isRow(yield* Service.managed("GET", path + query), "validation_failed")
        }
        isRow(yield* Service.managed("PATCH", path, { variables: { VENDO_X: "y" } }), "validation_failed", {
          field: "variables.VENDO_X"
        })
        const found = yield* Effect.flatMap(environment(one.key), environmentOf)
        assert.deepStrictEqual(
          Object.keys(found.variables).filter((name) => name.startsWith("VENDO_")),
          [
            "VENDO_API_URL",
            "VENDO_BASE_URL",
            "VENDO_CREDENTIALS_URL",
            "VENDO_DEPLOYMENT_ID",
            "VENDO_DEPLOYMENT_SLUG",
            "VENDO_TENANT_ID"
          ]
        )
        isRow(yield* environment((yield* Service.makeTenant).key), "not_found")
      })
    )

    it.effect("refuses a report that is none, and names what is wrong with it", () =>
      Effect.gen(function* () {
        const one = yield* makeDeployment()
        const run = newRun()
        isRow(yield* reporting(one.key, "run"), "validation_failed", { field: "run" })
        isRow(yield* reporting(one.key, run.toUpperCase()), "validation_failed", { field: "run" })
        isRow(yield* reporting(one.key, run, { exit_code: 0 }), "validation_failed", { field: "exit_code" })
        isRow(yield* reporting(one.key, run, { exit_code: 256 }), "validation_failed", { field: "exit_code" })
        isRow(yield* reporting(one.key, run, { env_version: 0.5 }), "validation_failed", { field: "env_version" })
        isRow(yield* reporting((yield* Service.makeTenant).key, run), "not_found")
      })
    )

    it.effect("says nothing of its variables in any log", () =>
      Effect.gen(function* () {
        const { server } = yield* Service.Service
        assert.notMatch(server.output(), /_unsaid|vendo_[sac][ktt]_/)
      })
    )
  }
)
