/** A Python program against the SDK's sources, as a process of its own. */
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { join } from "node:path"
import { type Python, pythonEnvironment } from "@vendodev/testing/python"

const sources = join(import.meta.dirname, "../../../packages/sdk-python/src")

export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs it to its end, with every warning an error. Killed when the test is. */
export const runPython = (python: Python, program: string, environment: Readonly<Record<string, string>> = {}) =>
  Effect.callback<Ran>((resume) => {
    const env = { ...pythonEnvironment(sources), ...environment }
    const child = spawn(python.command, ["-X", "dev", "-W", "error", "-c", program], {
      env,
      stdio: ["ignore", "pipe", "pipe"]
    })
    const said = { out: "", err: "" }
    child.stdout.on("data", (chunk) => (said.out += String(chunk)))
    child.stderr.on("data", (chunk) => (said.err += String(chunk)))
    child.once("close", (code) => resume(Effect.succeed({ code, ...said })))
    return Effect.sync(() => child.kill("SIGKILL"))
  })
