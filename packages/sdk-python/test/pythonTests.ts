/** The tests that are written in Python, beside `list_and_run.py`: which there are, and what becomes of each. */
import { execFileSync, spawn } from "node:child_process"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { type Python, pythonEnvironment } from "@vendodev/testing/python"
import { sources } from "./pythonAdapter.ts"

/** A warning is an error, and so is what a test leaves open. */
const strict = ["-X", "dev", "-W", "error"]

const command = (folder: string, what: "list" | "run") => [...strict, join(folder, "list_and_run.py"), what]

/** Names of tests, each with its module and class. */
export const listTests = (python: Python, folder: string): ReadonlyArray<string> =>
  JSON.parse(
    execFileSync(python.command, command(folder, "list"), { encoding: "utf8", env: pythonEnvironment(sources) })
  )

export interface Outcome {
  readonly id: string
  readonly outcome: "passed" | "failed" | "skipped"
  readonly text: string
}

/** Runs some of them in one process. Outcomes come one by one. */
export class PythonTests {
  readonly #said = new Map<string, PromiseWithResolvers<Outcome>>()
  readonly #around: Array<Outcome> = []
  readonly #end = Promise.withResolvers<void>()

  constructor(python: Python, folder: string, ids: ReadonlyArray<string>) {
    for (const id of ids) this.#said.set(id, Promise.withResolvers())
    const child = spawn(python.command, command(folder, "run"), {
      env: pythonEnvironment(sources),
      stdio: ["pipe", "pipe", "pipe"]
    })
    let printed = ""
    child.stderr.on("data", (chunk) => (printed += String(chunk)))
    createInterface({ input: child.stdout }).on("line", (line) => {
      const outcome: Outcome = JSON.parse(line)
      const test = this.#said.get(outcome.id)
      if (test === undefined) this.#around.push(outcome)
      else test.resolve(outcome)
    })
    child.once("close", (code) => {
      const text = `Python ended with ${code} before this was over\n${printed}`
      for (const [id, test] of this.#said) test.resolve({ id, outcome: "failed", text })
      this.#end.resolve()
    })
    child.stdin.on("error", () => {})
    child.stdin.end(JSON.stringify(ids))
  }

  async outcome(id: string): Promise<Outcome> {
    return this.#said.get(id)?.promise ?? { id, outcome: "failed", text: "this was not among those that are run" }
  }

  /** What failed before or after the tests of a class, once all is over. */
  async around(): Promise<ReadonlyArray<Outcome>> {
    await this.#end.promise
    return this.#around
  }
}
