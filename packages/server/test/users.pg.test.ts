/** End users as the management API names them: in a path, in a query and in a body. */
import { assert, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { isRow } from "./edges/row.ts"
import * as Service from "./fixtures/service.ts"

const { bind, managed, makeTenant, vend } = Service

/** Every visible character, which is every one a subject may have; and as many as it may have of the longest. */
const visible = Array.from({ length: 94 }, (_, i) => String.fromCodePoint(33 + i)).join("")
const subjects = [
  "alice",
  visible,
  "%".repeat(255),
  "auth0|5f7c8ec7c33c6c004bbafe82",
  "https://idp.example/users/1?a=b&c=d#e;f",
  "a%2fb",
  "a+b",
  "...",
  "0"
]

/** No subjects: empty, too long, or not in visible ASCII; and what no path can hold. */
const noSubjects = ["", " ", "a b", "a\n", "ä", "x".repeat(256), ".", ".."]

const Connections = Schema.fromJsonString(
  Schema.Struct({
    connections: Schema.Array(Schema.Struct({ id: Schema.String, user: Schema.NullOr(Schema.String) }))
  })
)
const Bindings = Schema.fromJsonString(
  Schema.Struct({ bindings: Schema.Array(Schema.Struct({ user: Schema.NullOr(Schema.String) })) })
)
const Removed = Schema.fromJsonString(Schema.Struct({ user: Schema.String, revoked: Schema.Array(Schema.String) }))

const decoded = Effect.fnUntraced(function* <S extends Schema.ConstraintDecoder<unknown>>(
  schema: S,
  method: string,
  path: string
) {
  const answer = yield* managed(method, path)
  assert.strictEqual(answer.status, 200, answer.body)
  return yield* Schema.decodeUnknownEffect(schema)(answer.body)
})

const asked = (user: string) => `?user=${encodeURIComponent(user)}`

layer(Service.layer(), { excludeTestServices: true })("An end user, through the management API", (it) => {
  it.effect("may be called anything visible, and is the one that is meant", () =>
    Effect.gen(function* () {
      const { app, base, key } = yield* makeTenant
      const bindings = `${base}/apps/${app}/bindings`
      const own = yield* Service.connectAndBind({ app, base }, "notion", { credential: "ntn_own_unsaid" })
      const ids = new Map<string, string>()
      for (const user of subjects) {
        const body = { slug: "notion", name: "notion", credential: `ntn_${ids.size}_unsaid`, user }
        const { id } = yield* Service.made("POST", `${base}/connections`, body)
        ids.set(user, id)
        assert.strictEqual((yield* bind(base, app, "notion", id)).status, 200)
      }
      const users = Effect.map(decoded(Bindings, "GET", bindings), ({ bindings }) => bindings.map(({ user }) => user))
      assert.sameMembers([...(yield* users)], [null, ...subjects])
      for (const [at, user] of subjects.entries()) {
        const id = ids.get(user) ?? ""
        assert.deepStrictEqual(yield* decoded(Connections, "GET", `${base}/connections${asked(user)}`), {
          connections: [{ id, user }]
        })
        assert.strictEqual((yield* managed("DELETE", `${bindings}/notion${asked(user)}`)).status, 204)
        assert.sameMembers([...(yield* users)], [null, ...subjects.slice(at + 1)])
        const path = `${base}/users/${encodeURIComponent(user)}`
        assert.deepStrictEqual(yield* decoded(Removed, "DELETE", path), { user, revoked: [id] }, path)
        assert.deepStrictEqual(yield* decoded(Removed, "DELETE", path), { user, revoked: [] })
      }
      const left = yield* decoded(Connections, "GET", `${base}/connections`)
      assert.deepInclude(left.connections, { id: own, user: null })
      assert.strictEqual((yield* vend("notion", key)).status, 200)
    })
  )

  it.effect("that can be none is refused by name, and a misspelt question is not taken for another", () =>
    Effect.gen(function* () {
      const { app, base } = yield* makeTenant
      const connection = yield* Service.connectAndBind({ app, base }, "notion", { credential: "ntn_left_unsaid" })
      const binding = `${base}/apps/${app}/bindings/notion`
      const field = { field: "user" }
      for (const user of noSubjects) {
        const body = { slug: "notion", name: "x", credential: "ntn_x_unsaid", user }
        isRow(yield* managed("POST", `${base}/connections`, body), "validation_failed", field)
        isRow(yield* managed("GET", `${base}/connections${asked(user)}`), "validation_failed", field)
        isRow(yield* managed("DELETE", `${binding}${asked(user)}`), "validation_failed", field)
        if (user === "") continue
        isRow(yield* managed("DELETE", `${base}/users/${encodeURIComponent(user)}`), "validation_failed", field)
      }
      isRow(yield* managed("DELETE", `${base}/users/`), "not_found")
      // Each would otherwise unbind what is the tenant's own.
      for (const query of ["?User=alice", "?usr=alice", "?user[]=alice", "?subject=alice", "?user=alice&user=bob"]) {
        isRow(yield* managed("DELETE", `${binding}${query}`), "validation_failed")
      }
      const { connections } = yield* decoded(Connections, "GET", `${base}/connections`)
      assert.deepStrictEqual(connections, [{ id: connection, user: null }])
      const { bindings } = yield* decoded(Bindings, "GET", `${base}/apps/${app}/bindings`)
      assert.deepStrictEqual(bindings, [{ user: null }])
    })
  )

  it.effect("has accounts that are ids, and a key in the place of one is not said back", () =>
    Effect.gen(function* () {
      const { base } = yield* makeTenant
      const field = { field: "composio_account_id" }
      const path = `${base}/connections`
      const { id } = yield* Service.made("POST", path, { slug: "google", composio_account_id: "ca_1" })
      for (const account of ["", "ca 1", "x".repeat(129), "ca_1/../2", "ak_hunter2", "vendo_sk_hunter2", 1, null]) {
        const payload = { composio_account_id: account }
        for (const answer of [
          yield* managed("POST", path, { slug: "google", name: "bad", ...payload }),
          yield* managed("POST", `${path}/${id}/reconnect`, payload)
        ]) {
          isRow(answer, "validation_failed", field)
          assert.notInclude(JSON.stringify(answer), "hunter2")
        }
      }
      isRow(yield* managed("POST", path, { slug: "google", name: "none" }), "validation_failed", field)
      isRow(yield* managed("POST", `${path}/${id}/reconnect`, {}), "validation_failed", field)
    })
  )
})
