import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { createServer } from "node:net"
import { Composio, layer as composioLayer } from "./fixtures/composio.ts"
import { Service } from "./fixtures/service.ts"
import { spawnProgram } from "./secrets/program.ts"

/** A host that takes connections and says nothing. */
const silence = Effect.acquireRelease(
  Effect.callback<{ readonly url: string; readonly close: () => void }>((resume) => {
    const server = createServer((socket) => socket.on("error", () => undefined))
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, close: () => void server.close() }))
    })
  }),
  ({ close }) => Effect.sync(close)
)

layer(composioLayer(), { excludeTestServices: true })("The start with a key of Composio", (it) => {
  it.effect("finds out by itself that tokens are masked, shows none, and serves all the same", () =>
    Effect.gen(function* () {
      const { environment } = yield* Service
      const composio = yield* Composio
      yield* composio.putAccount("ca_masked", { toolkit: "google", masked: "prefix" })
      const [issued] = yield* composio.tokens("ca_masked")
      const program = yield* spawnProgram({ ...environment, VENDO_ENV: "production", VENDO_PROVIDERS_URL: "" })
      yield* program.until(/^Vendo is ready at/m)
      const line = yield* program.until(/^.*Composio masks the tokens.*$/m)
      assert.include(line, '"level":"WARN"')
      const printed = program.stdout() + program.stderr()
      assert.notInclude(printed, issued?.token ?? "")
      assert.notInclude(printed, environment["COMPOSIO_API_KEY"] ?? "")
    }).pipe(Effect.scoped)
  )

  it.effect("does not wait for a host that says nothing", () =>
    Effect.gen(function* () {
      const { environment } = yield* Service
      const { url } = yield* silence
      const program = yield* spawnProgram({ ...environment, COMPOSIO_BASE_URL: url })
      yield* program.until(/^Vendo is ready at/m)
      assert.notMatch(program.stdout() + program.stderr(), /Composio .*answer/)
    }).pipe(Effect.scoped)
  )
})
