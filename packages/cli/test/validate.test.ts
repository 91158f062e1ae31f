import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Path } from "effect"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { vendo } from "./fixtures/inProcess.ts"

const echo =
  "name: echo\nversion: 1\nintegrations: [telegram, notion]\nenv: {required: [GREETING], optional: [LOG_LEVEL]}\n"

/** A folder of its own for a manifest. */
const written = Effect.fn(function* (text: string | Uint8Array) {
  const fs = yield* FileSystem.FileSystem
  const file = (yield* Path.Path).join(yield* fs.makeTempDirectoryScoped(), "vendo.yaml")
  yield* typeof text === "string" ? fs.writeFileString(file, text) : fs.writeFile(file, text)
  return file
}, Effect.provide(NodeServices.layer))

it.effect("a manifest that is valid ends with 0 and what it needs, with no server known", () =>
  Effect.gen(function* () {
    const file = yield* written(echo)
    assert.deepStrictEqual(yield* vendo(["validate", file]), {
      exit: 0,
      stdout: `✓ ${file} is valid\necho needs connections of telegram, notion, and values for GREETING\n`,
      stderr: ""
    })
    const { stdout } = yield* vendo(["validate", "-"], { stdin: "name: echo\nversion: 1" })
    assert.strictEqual(stdout, "✓ stdin is valid\necho needs nothing\n")
    const json = yield* vendo(["validate", file, "--json"])
    assert.deepStrictEqual(JSON.parse(json.stdout), { valid: true, problems: [] })
  })
)

it.effect("one that is not ends with 1 and every problem as compilers write them, on stderr", () =>
  Effect.gen(function* () {
    const text = "name: echo\nversion: '1'\nhealth:\n  prot: 80\n"
    const file = yield* written(text)
    const lines = (name: string) =>
      `${name}:2:10: version: must be the number 1; in quotes it is text: leave them out\n` +
      `${name}:4:3: health.prot: unknown key; did you mean "port"?\n`
    assert.deepStrictEqual(yield* vendo(["validate", file]), { exit: 1, stdout: "", stderr: lines(file) })
    assert.deepStrictEqual(yield* vendo(["validate", "-"], { stdin: text }), {
      exit: 1,
      stdout: "",
      stderr: lines("stdin")
    })
  })
)

it.effect("--json prints the problems with their places and nothing else, and the end is the same", () =>
  Effect.gen(function* () {
    const ran = yield* vendo(["validate", "-", "--json"], { stdin: "name: echo\nversion: 2\n" })
    assert.deepInclude(ran, { exit: 1, stderr: "" })
    assert.deepStrictEqual(JSON.parse(ran.stdout), {
      valid: false,
      problems: [{ line: 2, column: 10, path: "version", message: "must be the number 1" }]
    })
    const many = yield* vendo(["validate", "-", "--json"], { stdin: "\t".repeat(60) })
    assert.propertyVal(JSON.parse(many.stdout), "more", 10)
  })
)

it.effect("what is not there ends with 2 and what to do", () =>
  Effect.gen(function* () {
    const folder = yield* written(echo)
    for (const [args, detail] of [
      [[], /^error: there is no file called "vendo.yaml"\n/],
      [["other.yaml"], /^error: there is no file called "other.yaml"\n/],
      [[folder.slice(0, folder.lastIndexOf("/"))], /^error: the file .* can not be read\n/]
    ] as const) {
      const { exit, stderr, stdout } = yield* vendo(["validate", ...args])
      assert.deepStrictEqual([exit, stdout], [2, ""])
      assert.match(stderr, detail)
      assert.include(stderr, "\nfix: run this where vendo.yaml is, or name it")
    }
  })
)

it.effect("a file is read as it is: a mark or a broken character is told, and one without end is not read to it", () =>
  Effect.gen(function* () {
    const told = Effect.fn(function* (bytes: Uint8Array) {
      const { stderr } = yield* vendo(["validate", yield* written(bytes)])
      return stderr.slice(stderr.indexOf("yaml:") + 5)
    })
    const bytes = (...parts: ReadonlyArray<string | number>) =>
      Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from([part]))))
    assert.strictEqual(
      yield* told(bytes("\ufeff", echo)),
      "1:1: a byte order mark: save the file as UTF-8 without one\n"
    )
    assert.match(yield* told(bytes("name: ", 0xff)), /^1:7: half a character, or one that could not be read/)
    assert.match((yield* vendo(["validate", "/dev/zero"])).stderr, /^\/dev\/zero:1:1: the file is longer than 64 kB/)
  })
)
