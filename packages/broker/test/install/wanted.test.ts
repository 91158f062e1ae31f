import { assert, describe, it } from "@effect/vitest"
import { type About, type Told, wantedOf } from "@vendodev/broker/install/wanted"
import type { Wanted } from "@vendodev/domain/Deployment"

const versions = { env_version: 7, restart: 3 }
const about: About = { integration: "telegram", to: "night-bot" }

const rows: ReadonlyArray<readonly [told: Told, about: About | null, wanted: Pick<Wanted, "action" | "reason">]> = [
  ["run", null, { action: "run", reason: null }],
  ["draining", about, { action: "pause", reason: "telegram is handed over to night-bot" }],
  ["stopped", null, { action: "stop", reason: "the deployment is to be stopped" }],
  ["destroyed", null, { action: "stop", reason: "the deployment was destroyed" }],
  ["superseded", null, { action: "stop", reason: "another run took over" }]
]

describe("A run is told", () => {
  for (const [told, about, wanted] of rows) {
    it(`to ${wanted.action} when it is ${told}, why, and what is newest`, () =>
      assert.deepStrictEqual(wantedOf(told, about, versions), { ...wanted, ...versions }))
  }
})
