/** Credentials that are given without the page, and tried at the provider all the same. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { isRow, isToken } from "./edges/row.ts"
import * as Connecting from "./fixtures/connecting.ts"
import * as Service from "./fixtures/service.ts"
import { manifest, post, read } from "./install/fixture.ts"

const bot = (id: number, unsaid: string) => `${id}:hunter2_${unsaid}`

/** The text of an answer that may show no credential. */
const detailOf = (fields: Readonly<Record<string, unknown>>): string => {
  const detail = String(fields["detail"])
  assert.notMatch(detail, /hunter2/)
  return detail
}

layer(Connecting.layer(), { excludeTestServices: true })("A credential that is tried", (it) => {
  it.effect("and refused is named with all else that keeps a tool from being installed", () =>
    Effect.gen(function* () {
      const { base, id: tenant_id } = yield* Service.makeTenant
      const { providers } = yield* Connecting.Upstreams
      const before = yield* Connecting.heldBy(tenant_id)
      yield* providers.clearCalls
      const body = {
        tenant_id,
        manifest: manifest("needs-three", ["notion", "openai", "telegram"]),
        choices: { notion: { credential: "ntn_refused_hunter2" }, telegram: { credential: bot(701, "good") } },
        verify: "live"
      }
      const fields = isRow(yield* post({ body }), "validation_failed", { field: "choices.openai" })
      assert.deepStrictEqual(fields["missing"], ["openai", "notion"])
      assert.match(detailOf(fields), /openai.*; notion: Notion does not take this key/)
      assert.strictEqual((yield* providers.calls()).length, 2)
      assert.strictEqual(yield* Connecting.heldBy(tenant_id), before)

      const good = {
        ...body,
        manifest: manifest("needs-one", ["telegram"]),
        choices: { telegram: body.choices.telegram }
      }
      const { key } = yield* read(yield* post({ body: good }))
      isToken(yield* Service.vend("telegram", key), bot(701, "good"))
      const { body: listed } = yield* Service.managed("GET", `${base}/connections`)
      assert.include(listed, `"telegram_bot_id":"701"`)
    })
  )

  it.effect("is kept unverified only when that was asked for, and only where the provider gives no answer", () =>
    Effect.gen(function* () {
      const { base } = yield* Service.makeTenant
      const { providers } = yield* Connecting.Upstreams
      const connect = (verify: string, credential: string) =>
        Service.managed("POST", `${base}/connections`, { slug: "notion", name: `n-${verify}`, credential, verify })
      yield* providers.addFaults({ route: "notion.me", status: 503 })
      const silent = yield* connect("live", "ntn_hunter2")
      assert.deepStrictEqual([silent.status, silent.headers["vendo-error-code"]], [502, "upstream_error"])
      assert.notInclude(silent.body, "hunter2")
      const kept = yield* connect("try", "ntn_hunter2")
      assert.strictEqual(kept.status, 200, kept.body)
      assert.include(kept.body, `"unverified":true`)
      yield* providers.clearFaults
      detailOf(isRow(yield* connect("try", "ntn_refused_hunter2"), "validation_failed", { field: "credential" }))
    })
  )

  it.effect("reconnects the account it is of, and another only when that is said", () =>
    Effect.gen(function* () {
      const { app, base, id, key } = yield* Service.makeTenant
      const made = yield* Service.made("POST", `${base}/connections`, {
        slug: "telegram",
        name: "bot",
        credential: bot(880100001, "old"),
        verify: "live"
      })
      yield* Service.bind(base, app, "telegram", made.id)
      const reconnect = (credential: string, more: object = {}) =>
        Service.managed("POST", `${base}/connections/${made.id}/reconnect`, { credential, verify: "live", ...more })
      const before = yield* Connecting.heldBy(id)

      for (const refused of [bot(880100001, "refused"), bot(880300003, "refused")]) {
        detailOf(isRow(yield* reconnect(refused), "validation_failed", { field: "credential" }))
      }
      const other = detailOf(isRow(yield* reconnect(bot(880200002, "other")), "conflict"))
      assert.match(other, /of .*880100001.*, and this is of .*880200002/)
      assert.strictEqual(yield* Connecting.heldBy(id), before)

      const replaced = yield* reconnect(bot(880200002, "other"), { replace: true })
      assert.strictEqual(replaced.status, 200, replaced.body)
      assert.include(replaced.body, `"id":"${made.id}"`)
      assert.include(replaced.body, `"telegram_bot_id":"880200002"`)
      assert.notInclude(replaced.body, "880100001")
      isToken(yield* Service.vend("telegram", key), bot(880200002, "other"))
    })
  )
})
