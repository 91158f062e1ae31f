import { assert, layer } from "@effect/vitest"
import { Effect, Redacted, Ref } from "effect"
import { SqlClient } from "effect/sql"
import { Tools } from "@vendodev/broker/install/Tools"
import { Deployments } from "@vendodev/broker/install/Deployments"
import { ValidationFailed } from "@vendodev/domain/BrokerError"
import { ToolSlug } from "@vendodev/domain/Manifest"
import { ToolVersionNumber } from "@vendodev/domain/Tool"
import * as Fixture from "@vendodev/testing/Fixture"
import { insideThenUndone, refusal } from "../database/session.ts"
import { installation, manifest, pool, withPool } from "./fixtures/installing.ts"
import { rowOf } from "./fixtures/deployed.ts"

const at = { concurrency: "unbounded" } as const

const publish = Effect.fn("publish")(function* (name: string, source: string, integrations = ["openai"]) {
  const tools = yield* Tools
  const token = yield* Fixture.AdminAccess
  return yield* tools.publish(token, source, Effect.succeed(manifest(name, integrations)))
})

const slugOf = (name: string) => ToolSlug.make(name)
const numbered = (version: number) => ToolVersionNumber.make(version)

layer(withPool)("The store of tools", (it) => {
  it.effect("counts the texts of a tool, and answers the version that is there for one it has", () =>
    Effect.gen(function* () {
      const tools = yield* Tools
      const token = yield* Fixture.AdminAccess
      const first = yield* publish("counted", "text 1", ["openai"])
      assert.deepInclude(first, { slug: slugOf("counted"), version: 1, source: "text 1" })
      const second = yield* publish("counted", "text 2", ["openai", "notion"])
      assert.strictEqual(second.version, 2)
      assert.deepStrictEqual(yield* publish("counted", "text 1", ["stripe"]), first)
      assert.deepStrictEqual(yield* publish("counted", "text 2"), second)

      assert.deepStrictEqual(yield* tools.get(token, { slug: slugOf("counted") }), second)
      assert.deepStrictEqual(yield* tools.get(token, { slug: slugOf("counted"), version: numbered(1) }), first)
      const versions = yield* tools.versions(token, slugOf("counted"))
      assert.deepStrictEqual(
        versions.map(({ version }) => Number(version)),
        [2, 1]
      )
      yield* publish("also-there", "text")
      const listed = (yield* tools.list(token)).map(({ slug, version }) => `${slug}@${version}`)
      assert.deepStrictEqual(listed, ["also-there@1", "counted@2"])
    })
  )

  it.effect("gives each text a number of its own, however many are published at once", () =>
    Effect.gen(function* () {
      const texts = Array.from({ length: 8 }, (_, i) => `text ${i % 4}`)
      const published = yield* Effect.forEach(texts, (text) => publish("crowded", text), at)
      const versions = new Map(published.map(({ source, version }) => [source, version]))
      assert.lengthOf([...versions], 4)
      assert.sameMembers(
        [...versions.values()].map((version) => Number(version)),
        [1, 2, 3, 4]
      )
      for (const { source, version } of published) assert.strictEqual(versions.get(source), version)
    })
  )

  it.effect("has nothing of what was not published", () =>
    Effect.gen(function* () {
      const tools = yield* Tools
      const token = yield* Fixture.AdminAccess
      yield* publish("published", "text")
      for (const asked of [
        Effect.asVoid(tools.get(token, { slug: slugOf("nosuch") })),
        Effect.asVoid(tools.get(token, { slug: slugOf("published"), version: numbered(2) })),
        Effect.asVoid(tools.get(token, { slug: slugOf("published"), version: numbered(2_147_483_647) })),
        Effect.asVoid(tools.versions(token, slugOf("nosuch")))
      ]) {
        assert.strictEqual((yield* Effect.flip(asked))._tag, "not_found")
      }
      const unread = yield* Effect.flip(
        tools.publish(token, "text", Effect.fail(new ValidationFailed({ detail: "no manifest" })))
      )
      assert.strictEqual(unread._tag, "validation_failed")
    })
  )

  it.effect("is shown to nobody without an admin token, whose text is not even read", () =>
    Effect.gen(function* () {
      const tools = yield* Tools
      yield* publish("hidden", "text")
      const read = yield* Ref.make(0)
      const reading = Effect.as(
        Ref.update(read, (n) => n + 1),
        manifest("hidden", [])
      )
      for (const stranger of ["", "vendo_at_nobody", "x"].map((text) => Redacted.make(text))) {
        for (const asked of [
          Effect.asVoid(tools.list(stranger)),
          Effect.asVoid(tools.get(stranger, { slug: slugOf("hidden") })),
          Effect.asVoid(tools.versions(stranger, slugOf("hidden"))),
          Effect.asVoid(tools.publish(stranger, "text 2", reading))
        ]) {
          assert.strictEqual((yield* Effect.flip(asked))._tag, "session_required")
        }
      }
      assert.strictEqual(yield* Ref.get(read), 0)
    })
  )

  it.effect("is written by nobody but its function, which asks for the token itself", () =>
    Effect.gen(function* () {
      const { tenant } = yield* Fixture.makeTenant()
      const sql = yield* SqlClient.SqlClient
      yield* publish("kept", "text")
      for (const statement of [
        sql`INSERT INTO broker.tools (slug) VALUES ('planted')`,
        sql`INSERT INTO broker.tool_versions (tool, version, source, manifest) VALUES ('kept', 2, 'planted', '{}')`,
        sql`UPDATE broker.tool_versions SET source = 'planted'`,
        sql`DELETE FROM broker.tool_versions`,
        sql`SELECT gate.publish_tool(decode(repeat('00', 32), 'hex'), 'kept', 'planted', '{}')`
      ]) {
        assert.strictEqual((yield* insideThenUndone(tenant.id, refusal(statement))).code, "42501")
      }
    })
  )

  it.effect("is what a deployment remembers to have come from, as it was then", () =>
    Effect.gen(function* () {
      const { within } = yield* Fixture.makeTenant()
      const deployments = yield* Deployments
      const { source, slug, version } = yield* publish("installed", "text 1")
      const wanted = installation({ name: "installed", choices: { openai: pool }, tool: { slug, version } })
      const { deployment } = yield* within(deployments.install({ ...wanted, source }))
      yield* publish("installed", "text 2", ["notion"])
      const later = yield* within(deployments.get(deployment.id))
      assert.deepStrictEqual(later.tool, { slug, version: 1 })
      assert.deepStrictEqual(
        later.manifest.integrations.map((slug) => String(slug)),
        ["openai"]
      )
      assert.strictEqual((yield* rowOf(deployment.id)).source, "text 1")
    })
  )
})
