import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { codeBlocks } from "./consumer/codeBlocks.ts"
import { Consumer } from "./consumer/Consumer.ts"
import { Tool } from "./consumer/Tool.ts"
import { bundled, runWebOnly } from "./consumer/webOnly.ts"

const root = join(import.meta.dirname, "../..")
const program = (file: string) => readFileSync(join(import.meta.dirname, "consumer/programs", file), "utf8")

/** The same program for `require`. */
const asCommonJs = (text: string) =>
  text.replaceAll(/^import (?:\* as )?(.+) from ("[^"]+")$/gm, "const $1 = require($2)")

/** What stands above the exports of a source of the Promise SDK. */
const exportComments = (file: string) =>
  [...readFileSync(join(root, "packages/sdk/src", file), "utf8").matchAll(/^\/\*\*(?:(?!\*\/)[^])*\*\/(?=\nexport )/gm)]
    .map(([comment]) => comment)
    .filter((comment) => !comment.includes("@internal"))

const promise = program("promise.mjs")
const effect = program("effect.mjs")

/** Which program must run on which lines of Node. */
const programs = [
  { sdk: "promise", file: "main.mjs", text: promise, lines: ["20", "22", "24"] },
  { sdk: "promise", file: "main.cjs", text: asCommonJs(promise), lines: ["20", "22", "24"] },
  { sdk: "effect", file: "main.mjs", text: effect, lines: ["22", "24"] },
  { sdk: "effect", file: "main.cjs", text: asCommonJs(effect), lines: ["22", "24"] }
] as const

/** Pages whose JavaScript runs as it is printed: every block is a file of its own. */
const quickstarts = [
  { sdk: "promise", page: "docs/quickstart-promise.md", lines: ["20", "24"] },
  { sdk: "effect", page: "docs/quickstart-effect.md", lines: ["24"] }
] as const

const strict = {
  exactOptionalPropertyTypes: true,
  lib: ["es2022", "dom"],
  noEmit: true,
  noUncheckedIndexedAccess: true,
  strict: true,
  target: "es2022",
  types: []
}
/** Who has Node's types and no browser's. */
const onNode = { ...strict, lib: ["es2022"], types: ["node"], typeRoots: [join(root, "node_modules/@types")] }
const nodenext = { module: "nodenext", moduleResolution: "nodenext" }
const bundler = { module: "esnext", moduleResolution: "bundler" }

/** Against a service with users and a provider that ends tokens. */
const ofTheTool = [
  { sdk: "promise", file: "session.mjs", lines: ["20", "24"] },
  { sdk: "effect", file: "sessionEffect.mjs", lines: ["24"] }
] as const

layer(Layer.merge(Consumer.layer, Tool.layer), { excludeTestServices: true, timeout: "3 minutes" })(
  "A project that installed an SDK",
  (it) => {
    for (const { file, lines, sdk, text } of programs) {
      for (const line of lines) {
        it.effect(`runs ${file} with the ${sdk} SDK on Node ${line}`, (test) =>
          Effect.gen(function* () {
            const consumer = yield* Consumer
            const node = consumer.runtime(line)
            if (node === undefined) return test.skip(`no Node ${line} for this machine`)
            assert.strictEqual(yield* consumer[sdk].program(node, file, text), "done\n")
          })
        )
      }
    }

    for (const line of ["20", "24"]) {
      it.effect(`gives two users behind Express their own tokens, on Node ${line}`, (test) =>
        Effect.gen(function* () {
          const { promise, runtime } = yield* Consumer
          const { environment: env } = yield* Tool
          const node = runtime(line)
          if (node === undefined) return test.skip(`no Node ${line} for this machine`)
          assert.strictEqual(yield* promise.program(node, "express.mjs", program("express.mjs"), { env }), "done\n")
        })
      )
    }

    for (const { file, lines, sdk } of ofTheTool) {
      for (const line of lines) {
        it.effect(`goes on across a 401 with one refetch, with the ${sdk} SDK on Node ${line}`, (test) =>
          Effect.gen(function* () {
            const consumer = yield* Consumer
            const { environment: env, sinceTheEnd } = yield* Tool
            const node = consumer.runtime(line)
            if (node === undefined) return test.skip(`no Node ${line} for this machine`)
            assert.strictEqual(yield* consumer[sdk].program(node, file, program(file), { env }), "done\n")
            assert.deepStrictEqual(yield* sinceTheEnd, { answers: [401, 200], fetched: 1 })
          })
        )
      }
    }

    it.effect("reads the types of the Promise SDK, whole, however it resolves them and whatever else it has", () =>
      Effect.gen(function* () {
        const { promise } = yield* Consumer
        const text = program("promiseTypes.ts")
        const whole = { skipLibCheck: false }
        yield* promise.types({ "types.mts": text, "types.cts": text }, { ...strict, ...nodenext, ...whole })
        yield* promise.types({ "types.ts": text }, { ...strict, ...bundler, ...whole })
        yield* promise.types({ "types.mts": text, "types.cts": text }, { ...onNode, ...nodenext })
      })
    )

    it.effect("reads the types of the Effect SDK, however it resolves them", () =>
      Effect.gen(function* () {
        const { effect } = yield* Consumer
        const text = program("effectTypes.ts")
        yield* effect.types({ "types.mts": text, "types.cts": text }, { ...strict, ...nodenext })
        yield* effect.types({ "types.ts": text }, { ...strict, ...bundler })
      })
    )

    it.effect("finds in the declarations what the sources say of each export", () =>
      Effect.gen(function* () {
        const { promise } = yield* Consumer
        const dist = join(promise.folder, "node_modules/@vendodev/sdk/dist")
        const said = globSync("*.d.ts", { cwd: dist }).flatMap((file) => {
          const declaration = readFileSync(join(dist, file), "utf8")
          return exportComments(file.replace(".d.ts", ".ts")).map((comment) => ({ file, comment, declaration }))
        })
        assert.isAbove(said.length, 0)
        for (const { comment, declaration, file } of said) assert.include(declaration, comment, file)
      })
    )

    it.effect("takes the Promise SDK to where there is neither Node nor anything of it", () =>
      Effect.gen(function* () {
        const { baseUrl, key, promise, token } = yield* Consumer
        const script = yield* Effect.promise(() =>
          bundled(
            promise.folder,
            `import { Vendo } from "@vendodev/sdk"
           const nothing = ["process", "require", "Buffer", "setImmediate"].filter((name) => name in globalThis)
           export const result = new Vendo(options).token("openai").then((token) => ({ token, nothing }))`
          )
        )
        const result = yield* Effect.promise(() =>
          Promise.resolve(runWebOnly(script, { options: { apiKey: key, baseUrl } }))
        )
        assert.deepStrictEqual(JSON.parse(JSON.stringify(result)), {
          token,
          nothing: []
        })
      })
    )

    it.effect("runs the Promise SDK on Deno, which lets it have the network and nothing else", (test) =>
      Effect.gen(function* () {
        const { baseUrl, key, promise, runtime, token } = yield* Consumer
        const deno = runtime("deno")
        if (deno === undefined) return test.skip("no Deno for this machine")
        const text = `import { Vendo } from "@vendodev/sdk"
        console.log(await new Vendo(${JSON.stringify({ apiKey: key, baseUrl })}).token("openai"))`
        const args = ["run", "--quiet", "--no-prompt", "--cached-only", "--allow-net=127.0.0.1"]
        assert.strictEqual(yield* promise.program(deno, "deno.mjs", text, { args }), `${token}\n`)
      })
    )

    for (const { lines, page, sdk } of quickstarts) {
      for (const line of lines) {
        it.effect(`runs what ${page} shows, on Node ${line}`, (test) =>
          Effect.gen(function* () {
            const consumer = yield* Consumer
            const node = consumer.runtime(line)
            if (node === undefined) return test.skip(`no Node ${line} for this machine`)
            const blocks = codeBlocks(readFileSync(join(root, page), "utf8"), "js")
            assert.isAbove(blocks.length, 0)
            for (const [index, block] of blocks.entries()) {
              yield* consumer[sdk].program(node, `quickstart-${index + 1}.mjs`, block)
            }
          })
        )
      }
    }
  }
)
