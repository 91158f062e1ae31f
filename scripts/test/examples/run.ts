/** An example as a process of its own. */
import { Data, Effect } from "effect"
import { spawn } from "node:child_process"
import { join } from "node:path"
import { stop } from "@vendodev/testing/ServerProcess"
import { bareEnvironment } from "@vendodev/testing/bareEnvironment"
import { findPython, pythonEnvironment } from "@vendodev/testing/python"

const root = join(import.meta.dirname, "../../..")

/** The Python that the examples are run with, if there is one, and what they need may be missing there. */
export const python = findPython(["requests", "aiohttp", "flask", "django", "fastapi", "uvicorn"])

/** What runs a file, and what that has in its environment. */
const runtimeOf = (file: string) =>
  file.endsWith(".py")
    ? { command: python?.command ?? "python3", env: pythonEnvironment(join(root, "packages/sdk-python/src")) }
    : { command: process.execPath, env: bareEnvironment }

export class ExampleEnded extends Data.TaggedError("ExampleEnded")<{ readonly message: string }> {}

type Environment = Readonly<Record<string, string>>

const started = (file: string, environment: Environment) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const runtime = runtimeOf(file)
      const env = { ...runtime.env, PORT: "0", ...environment }
      const child = spawn(runtime.command, [join(root, file)], { env, stdio: ["pipe", "pipe", "pipe"] })
      const printed = { out: "", err: "" }
      child.stdout.on("data", (chunk) => (printed.out += String(chunk)))
      child.stderr.on("data", (chunk) => (printed.err += String(chunk)))
      return { child, printed }
    }),
    ({ child }) => stop(child)
  )

/** Starts a server and waits until it says where it listens. Ended with the scope. */
export const serve = Effect.fnUntraced(function* (file: string, environment: Environment) {
  const { child, printed } = yield* started(file, environment)
  return yield* Effect.callback<string, ExampleEnded>((resume) => {
    child.stdout.on("data", () => {
      const port = /port: (\d+)/.exec(printed.out)?.[1]
      if (port !== undefined) resume(Effect.succeed(`http://127.0.0.1:${port}`))
    })
    child.once("close", (code) => {
      resume(Effect.fail(new ExampleEnded({ message: `${file} ended with ${code}: ${printed.err}` })))
    })
  })
})

/** Runs a program to its end, with this on its standard input. */
export const run = Effect.fnUntraced(function* (file: string, environment: Environment, input = "") {
  const { child, printed } = yield* started(file, environment)
  const code = yield* Effect.callback<number | null>((resume) => {
    child.once("close", (code) => resume(Effect.succeed(code)))
    child.stdin.end(input)
  })
  return { code, ...printed }
}, Effect.scoped)
