import { existsSync } from "node:fs"
import { defineConfig } from "vitest/config"
import { SummaryReporter } from "./scripts/summaryReporter.ts"

// Vitest does not pick this file name up by itself: every script passes it with `--config`.
const root = import.meta.dirname
const startPostgres = "packages/testing/src/globalSetup.ts"
const globalSetup = existsSync(`${root}/${startPostgres}`) ? [startPostgres] : []

// What tests start, they start hundreds of times: a third of that time is the compiling of the same modules.
process.env["NODE_COMPILE_CACHE"] ??= `${root}/node_modules/.cache/node`

const anyTest = ["packages/*/test/**/*.test.ts", "scripts/test/**/*.test.ts"]
const needsPostgres = ["packages/*/test/**/*.pg.test.ts", "scripts/test/**/*.pg.test.ts"]
const takesTime = ["packages/*/test/**/*.slow.test.ts", "scripts/test/**/*.slow.test.ts"]
const takesLong = ["packages/*/test/**/*.long.test.ts", "scripts/test/**/*.long.test.ts"]
const elsewhere = ["**/node_modules/**"]

const shared = { root, environment: "node", pool: "forks", testTimeout: 60_000, hookTimeout: 60_000 } as const

export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: ["default", new SummaryReporter()],
    projects: [
      {
        test: {
          ...shared,
          name: "unit",
          include: anyTest,
          exclude: [...elsewhere, ...needsPostgres, ...takesTime, ...takesLong]
        }
      },
      {
        test: {
          ...shared,
          name: "postgres",
          include: needsPostgres,
          exclude: [...elsewhere, ...takesLong],
          globalSetup
        }
      },
      { test: { ...shared, name: "slow", include: takesTime, exclude: elsewhere, globalSetup } },
      { test: { ...shared, name: "long", include: takesLong, exclude: elsewhere, globalSetup } }
    ]
  }
})
