import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { FetchHttpClient } from "effect/http"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import * as Control from "@vendodev/simulator/Control"
import * as ProvidersControl from "@vendodev/simulator/ProvidersControl"
import { accountIn, asking, one } from "./asking.ts"

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))

/** The program, and what it printed once it was ready. */
const started = Effect.acquireRelease(
  Effect.callback<{ readonly output: string; readonly stop: () => void }>((resume) => {
    const child = spawn(process.execPath, [main], { env: { PORT: "0" }, stdio: ["ignore", "pipe", "inherit"] })
    let output = ""
    child.stdout.on("data", (chunk) => {
      output += String(chunk)
      if (output.split("\n").length > 3) resume(Effect.succeed({ output, stop: () => child.kill("SIGKILL") }))
    })
    child.once("exit", (code) => resume(Effect.die(`the simulator exited with ${code}: ${output}`)))
  }),
  ({ stop }) => Effect.sync(stop)
)

it.live("The program says where it listens and that it is a simulator, and knows every demo account and bot", () =>
  Effect.gen(function* () {
    const { output } = yield* started
    assert.match(output, /simulator/)
    const baseUrl = /Composio is ready at (http:\S+)$/m.exec(output)?.[1] ?? ""
    const answer = yield* asking(baseUrl, FetchHttpClient.layer)({ path: one("ca_demo_notion") })
    assert.strictEqual(accountIn(answer).status, "ACTIVE")
    assert.deepStrictEqual(yield* Control.make(baseUrl).credentialCalls(), { ca_demo_notion: 1 })

    const providersUrl = /at (http:\S+), for VENDO_PROVIDERS_URL$/m.exec(output)?.[1] ?? ""
    const path = "/api.telegram.org/bot10:made-up/getMe"
    const me = yield* asking(providersUrl, FetchHttpClient.layer)({ path, headers: {} })
    assert.strictEqual(me.status, 200)
    assert.deepStrictEqual(
      (yield* ProvidersControl.make(providersUrl).calls()).map(({ account }) => account),
      ["10"]
    )
  })
)
