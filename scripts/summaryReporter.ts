import { writeSync } from "node:fs"
import type { Reporter, SerializedError, TestModule, TestSuite } from "vitest/node"

const erred = (container: TestModule | TestSuite) => container.errors().length > 0

/** Prints `N passed, N failed[, N skipped]` as the very last line, and turns a run without a test into a failure. */
export class SummaryReporter implements Reporter {
  passed = 0
  failed = 0
  skipped = 0

  onInit(): void {
    // Only at exit is nothing printed after it, neither by another reporter nor by a worker that hangs.
    process.once("exit", () => {
      if (this.passed + this.failed === 0) {
        writeSync(2, "no test ran\n")
        process.exitCode = process.exitCode || 1
      }
      writeSync(1, `${this.line()}\n`)
    })
  }

  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandled: ReadonlyArray<SerializedError>): void {
    this.passed = 0
    this.skipped = 0
    // A file that does not load, a hook that throws and an error nobody caught are failures too.
    this.failed = unhandled.length
    for (const module of modules) {
      if (erred(module)) this.failed += 1
      for (const suite of module.children.allSuites()) if (erred(suite)) this.failed += 1
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === "passed") this.passed += 1
        else if (state === "failed") this.failed += 1
        else this.skipped += 1
      }
    }
  }

  line(): string {
    const skipped = this.skipped > 0 ? `, ${this.skipped} skipped` : ""
    return `${this.passed} passed, ${this.failed} failed${skipped}`
  }
}
