/** How an installation is refused. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { ErrorCode } from "@vendodev/domain/BrokerError"
import { Service } from "../fixtures/service.ts"
import { manifest } from "../install/fixture.ts"
import { asking, posting } from "./asks.ts"
import type { Case } from "./refusals.ts"
import { message, one } from "../fixtures/wire.ts"

/** Of the tenant whose app holds the bot. */
const installing = (name: string, integrations: ReadonlyArray<string>, more: object) =>
  Effect.flatMap(Service, ({ adminToken }) =>
    asking(({ own }) =>
      posting(
        "/api/deployments",
        { tenant_id: own.id, manifest: manifest(name, integrations), choices: {}, ...more },
        () => adminToken
      )
    )
  )

/** Twice under one name, and not the same. */
const renamed = Effect.flatMap(Service, ({ adminToken, port }) =>
  asking(({ own }) => {
    const key = crypto.randomUUID()
    const asked = (slug: string) =>
      one(
        port,
        message({
          method: "POST",
          path: "/api/deployments",
          bearer: adminToken,
          headers: { "Content-Type": "application/json", "Idempotency-Key": key },
          body: JSON.stringify({ tenant_id: own.id, manifest: manifest("needs-nothing", []), slug, choices: {} })
        })
      )
    const slug = `once-${key.slice(0, 8)}`
    return Effect.andThen(asked(slug), asked(`${slug}-2`))
  })
)

const unsaid = { credential: "79:AAE_unsaid_bot" }

export const installRefusals = {
  validation_failed: [
    {
      name: "an installation without what it needs",
      ask: installing("needs-more", ["notion", "openai"], { choices: { openai: { pool: true } } }),
      particulars: { field: "choices.notion" },
      body: ({ missing }) => Effect.sync(() => assert.deepStrictEqual(missing, ["notion", "openai"]))
    },
    {
      name: "a manifest that is none",
      ask: installing("x", [], {}),
      particulars: { field: "manifest" }
    }
  ],
  forbidden: [
    {
      name: "an exclusive credential for a sandbox that is to be installed",
      ask: installing("in-a-box", ["telegram"], { kind: "sandbox", choices: { telegram: unsaid } })
    }
  ],
  not_found: [
    {
      name: "a tool that is not in the store",
      ask: installing("unused", [], { manifest: undefined, tool: { slug: "not-there" } })
    }
  ],
  connection_in_use: [
    {
      name: "a bot for an installation that an app of one's own has",
      ask: asking(({ connections }) =>
        installing("wants-the-bot", ["telegram"], { choices: { telegram: { connection_id: connections.bot } } })
      ),
      body: ({ bound_to, taken }) =>
        Effect.sync(() => {
          assert.isNotNull(bound_to)
          assert.lengthOf(Array.isArray(taken) ? taken : [], 1)
        })
    }
  ],
  conflict: [{ name: "a slug of another app", ask: installing("unused", [], { manifest: manifest("tool", []) }) }],
  idempotency_conflict: [{ name: "another request under the same name", ask: renamed }]
} satisfies Partial<Record<ErrorCode, ReadonlyArray<Case>>>
