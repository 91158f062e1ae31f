import { assert, layer } from "@effect/vitest"
import { Context, Effect, FileSystem, Layer, Schema } from "effect"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { findPython, pythonEnvironment } from "@vendodev/testing/python"
import * as ServerProcess from "@vendodev/testing/ServerProcess"
import { codeBlocks } from "./consumer/codeBlocks.ts"
import { differences, promised } from "./examples/promised.ts"

const root = join(import.meta.dirname, "../..")
const page = "docs/quickstart-python.md"
const text = readFileSync(join(root, page), "utf8")
const blocks = codeBlocks(text, "python")
/** How a traceback ends. */
const [traceback = ""] = codeBlocks(text, "text")

/** What a block imports besides the SDK, but for the standard library. */
const extras = ["requests"]
const python = findPython(extras)
const needsRequests = (block: string) => block.includes(".session(")

const DevFile = Schema.fromJsonString(Schema.Struct({ apps: Schema.Array(Schema.Struct({ key: Schema.String })) }))

/** The service with its demo, as the page has it started. */
class Demo extends Context.Service<Demo, { readonly environment: Readonly<Record<string, string>> }>()(
  "@vendodev/scripts/test/Demo"
) {
  static readonly layer = Layer.effect(
    Demo,
    Effect.gen(function* () {
      const publicUrl = "https://vendo.example"
      const server = yield* ServerProcess.start({ OPENAI_API_KEY: "sk-of-the-demo", VENDO_PUBLIC_URL: publicUrl })
      const fs = yield* FileSystem.FileSystem
      const dev = yield* Schema.decodeEffect(DevFile)(yield* fs.readFileString(join(server.dataDir, "dev.json")))
      return Demo.of({
        environment: { VENDO_API_KEY: dev.apps[0]?.key ?? "", VENDO_BASE_URL: server.baseUrl }
      })
    })
  ).pipe(Layer.provide(NodeServices.layer), Layer.orDie)
}

/** Runs a program in a folder of its own. A warning is an error, and so is anything that was left open. */
const run = Effect.fnUntraced(
  function* (program: string, environment: Readonly<Record<string, string>>) {
    const fs = yield* FileSystem.FileSystem
    const cwd = yield* fs.makeTempDirectoryScoped()
    const file = join(cwd, "quickstart.py")
    yield* fs.writeFileString(file, program)
    const env = { ...pythonEnvironment(join(root, "packages/sdk-python/src")), ...environment }
    const child = spawn(python?.command ?? "python3", ["-X", "dev", "-W", "error", file], {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"]
    })
    return yield* Effect.callback<{ readonly code: number | null; readonly out: string; readonly err: string }>(
      (resume) => {
        const printed = { out: "", err: "" }
        child.stdout.on("data", (chunk) => (printed.out += String(chunk)))
        child.stderr.on("data", (chunk) => (printed.err += String(chunk)))
        child.once("close", (code) => resume(Effect.succeed({ code, ...printed })))
        return Effect.sync(() => child.kill("SIGKILL"))
      }
    )
  },
  Effect.scoped,
  Effect.provide(NodeServices.layer)
)

layer(Demo.layer, { excludeTestServices: true, timeout: "1 minute" })(page, (it) => {
  it.effect("has blocks that run", () => Effect.sync(() => assert.isAbove(blocks.length, 10)))

  for (const [index, block] of blocks.entries()) {
    it.effect(`prints in block ${index + 1} what its comments say, and nothing else`, (test) =>
      Effect.gen(function* () {
        if (python === undefined) return test.skip("there is no Python 3.11 or newer")
        if (needsRequests(block) && !python.modules.has("requests")) return test.skip("Python has no requests")
        const { environment } = yield* Demo
        assert.isNotEmpty(promised(block), block)
        const { code, err, out } = yield* run(block, environment)
        assert.strictEqual(err, "", block)
        assert.strictEqual(code, 0, block)
        assert.deepStrictEqual(differences(promised(block), out), [], `${block}\n${out}`)
      })
    )
  }

  it.effect("shows how a traceback ends", (test) =>
    Effect.gen(function* () {
      if (python === undefined) return test.skip("there is no Python 3.11 or newer")
      const { environment } = yield* Demo
      const { err } = yield* run('import vendo\n\nvendo.token("stripe")\n', environment)
      const lines = traceback.trimEnd().split("\n")
      assert.isAbove(lines.length, 1)
      assert.deepStrictEqual(differences(lines, err.trimEnd().split("\n").slice(-lines.length).join("\n")), [], err)
    })
  )
})
