import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { vendo } from "./fixtures/inProcess.ts"

const written = (text: string | Uint8Array) => {
  const file = join(mkdtempSync(join(tmpdir(), "vendo-")), "vendo.yaml")
  writeFileSync(file, text)
  return file
}

/** Nobody listens there: what is wrong with a file is said before anybody is asked. */
const env = { VENDO_URL: "http://127.0.0.1:1", VENDO_ADMIN_TOKEN: "vendo_at_x" }

const commands = [["install"], ["tool", "publish"]]

it.effect("what is no manifest is told fault by fault, each on a line of its own, and ends with 2", () =>
  Effect.gen(function* () {
    const file = written("name: bad\nversion: 2\nextra: hunter2\n")
    for (const command of commands) {
      assert.deepStrictEqual(yield* vendo([...command, file], { env }), {
        exit: 2,
        stdout: "",
        stderr:
          `${file}:2:10: version: must be the number 1\n` +
          `${file}:3:1: extra: unknown key; the keys here are name, version, runtime, integrations, env, health, restart_on\n` +
          "error: this is no manifest yet\nfix: correct these lines\n"
      })
    }
  })
)

it.effect("--json gives the same faults with their places", () =>
  Effect.gen(function* () {
    const file = written("name: bad\nversion: 2\n")
    for (const command of commands) {
      const { exit, stdout } = yield* vendo([...command, file, "--json"], { env })
      assert.deepStrictEqual(
        [exit, JSON.parse(stdout)],
        [
          2,
          {
            error: {
              code: "usage",
              detail: "this is no manifest yet",
              fix: "correct these lines",
              problems: [{ line: 2, column: 10, path: "version", message: "must be the number 1" }]
            }
          }
        ]
      )
    }
    const { stdout } = yield* vendo(["install", written("\t".repeat(60)), "--json"], { env })
    assert.propertyVal(JSON.parse(stdout).error, "more", 10)
  })
)

it.effect("what `vendo validate` refuses is neither installed nor published: a byte order mark, one from stdin", () =>
  Effect.gen(function* () {
    const file = written("\ufeffname: good\nversion: 1\n")
    for (const command of [["validate"], ...commands]) {
      const { exit, stderr } = yield* vendo([...command, file], { env })
      assert.match(stderr, /vendo\.yaml:1:1: .*byte order mark/, command.join(" "))
      assert.strictEqual(exit, command[0] === "validate" ? 1 : 2)
    }
    const piped = yield* vendo(["tool", "publish", "-"], { env, stdin: "name: bad\n" })
    assert.match(piped.stderr, /^stdin:1:1: /)
    assert.strictEqual(piped.exit, 2)
  })
)
