import { assert, describe, it } from "@effect/vitest"
import type { RunnerTask } from "vitest"
import { findPython } from "@vendodev/testing/python"
import { listTests, PythonTests } from "./pythonTests.ts"

const folder = import.meta.dirname
const python = findPython(["requests", "aiohttp", "flask", "django", "fastapi", "uvicorn"])

/** The names of the tests below a task that are run: a filter may have chosen some. */
const chosen = (task: RunnerTask): ReadonlyArray<string> => {
  if (task.mode === "skip") return []
  return task.type === "suite" ? task.tasks.flatMap(chosen) : [`${task.suite?.name}.${task.name}`]
}

if (python === undefined) {
  it.skip("the tests in Python pass: there is no Python 3.11 or newer")
} else {
  const ids = listTests(python, folder)
  let run: PythonTests | undefined

  it("there are tests in Python", () => assert.isNotEmpty(ids))

  const byClass = Object.groupBy(ids, (id) => id.slice(0, id.lastIndexOf(".")))
  for (const [name, tests = []] of Object.entries(byClass)) {
    describe(name, () => {
      for (const id of tests) {
        it(id.slice(name.length + 1), async (test) => {
          const wanted = new Set(test.task.file.tasks.flatMap(chosen))
          run ??= new PythonTests(
            python,
            folder,
            ids.filter((id) => wanted.has(id))
          )
          const { outcome, text } = await run.outcome(id)
          if (outcome === "skipped") return test.skip(text)
          if (outcome === "failed") assert.fail(text)
        })
      }
    })
  }

  it("nothing fails around the tests in Python", async () => assert.deepStrictEqual((await run?.around()) ?? [], []))
}
