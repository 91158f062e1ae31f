import { assert, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { badBodies, badCredentials, badTimes, goodNames } from "./edges/badBodies.ts"
import { isRow, isToken } from "./edges/row.ts"
import { secrets, World, layer as world } from "./edges/world.ts"
import { made, managed, Service, vend } from "./fixtures/service.ts"
import { type Answer, bytes, one } from "./fixtures/wire.ts"

const asBytes = (body: string | Uint8Array) => (typeof body === "string" ? Buffer.from(body) : body)

/** A try to create a tenant, byte by byte. */
const post = Effect.fnUntraced(function* (body: string | Uint8Array, type: string | undefined) {
  const { adminToken, port } = yield* Service
  const content = asBytes(body)
  const head = `POST /api/tenants HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${adminToken}\r\n`
  const lines = `${type === undefined ? "" : `Content-Type: ${type}\r\n`}Content-Length: ${content.length}\r\n\r\n`
  return yield* one(port, Buffer.concat([bytes(head + lines), content]))
})

const isSilent = Effect.fnUntraced(function* (answer: Answer) {
  const said = JSON.stringify(answer)
  for (const secret of [...(yield* secrets), "hunter2", "vendo_sk_"]) assert.notInclude(said, secret)
  assert.isBelow(answer.body.length, 1000)
})

const Tenants = Schema.fromJsonString(
  Schema.Struct({ tenants: Schema.Array(Schema.Struct({ slug: Schema.String, name: Schema.String })) })
)
const tenants = Effect.gen(function* () {
  return (yield* Schema.decodeUnknownEffect(Tenants)((yield* managed("GET", "/tenants")).body)).tenants
})

/** Everything but what differs between any two answers. */
const comparable = ({ body, headers, status }: Answer) => ({ status, body, ...headers, date: "", "x-request-id": "" })

/** Text that is no id, and what part of the path it would be. */
const noIds = ["x", "1", "%00", "%20", "null", "-", "..%2f", "%7B0%7D", "' OR 1=1", "*"].map((id) => encodeURI(id))
const misspelled = (id: string) => [
  id.toUpperCase(),
  `{${id}}`,
  `%7B${id}%7D`,
  id.replaceAll("-", ""),
  `${id}0`,
  id.slice(1),
  `${id}%00`,
  `%20${id}`,
  `urn:uuid:${id}`
]

layer(world(), { excludeTestServices: true })("The management API", (it) => {
  for (const { answer: code, body, broken, name, particulars, type } of badBodies) {
    const test = broken === undefined ? it.effect : it.effect.fails
    test(`refuses a body: ${name}`, () =>
      Effect.gen(function* () {
        const before = yield* tenants
        const answer = yield* post(body, type)
        isRow(answer, code, particulars)
        yield* isSilent(answer)
        assert.deepStrictEqual(yield* tenants, before)
      }))
  }

  it.effect("takes what is unusual and right", () =>
    Effect.gen(function* () {
      const body = '{"slug":"unusual","name":"Unusual"}'
      for (const [text, type] of [
        [body, "application/json"],
        [body, "application/json; charset=utf-8"],
        [body, "APPLICATION/JSON"],
        [body, undefined],
        [` \r\n\t${body}\n`, "application/json"],
        [`\ufeff${body}`, "application/json"],
        ['{"name":"Other","slug":"unusual","name":"Unusual"}', "application/json"],
        ['{"\\u0073lug":"unusual","name":"Unusual"}', "application/json"]
      ] as const) {
        assert.strictEqual((yield* post(text, type)).status, 200, text)
      }
      assert.lengthOf(
        (yield* tenants).filter(({ slug }) => slug === "unusual"),
        1
      )
    })
  )

  it.effect("keeps a name as it was given, whatever it would mean elsewhere", () =>
    Effect.gen(function* () {
      for (const [index, name] of goodNames.entries()) {
        yield* made("POST", "/tenants", { slug: `named-${index}`, name })
        assert.deepInclude(yield* tenants, { slug: `named-${index}`, name })
      }
    })
  )

  it.effect("names the credential that can be none, and does not repeat it", () =>
    Effect.gen(function* () {
      const { own } = yield* World
      for (const [name, credential] of badCredentials) {
        const answer = yield* managed("POST", `${own.base}/connections`, { slug: "stripe", name: "bad", credential })
        assert.strictEqual(isRow(answer, "validation_failed")["field"], "credential", name)
        yield* isSilent(answer)
      }
      for (const slug of ["__proto__", "Notion", "", "a b", "x".repeat(64)]) {
        isRow(yield* managed("POST", `${own.base}/connections`, { slug, credential: "x" }), "validation_failed", {
          field: "slug"
        })
      }
      for (const slug of ["constructor", "tostring", "nosuch"]) {
        isRow(yield* managed("POST", `${own.base}/connections`, { slug, credential: "x" }), "provider_unknown")
      }
    })
  )

  it.effect("names the time that can be none", () =>
    Effect.gen(function* () {
      const { own } = yield* World
      for (const expires_at of badTimes) {
        const answer = yield* managed("POST", `${own.base}/apps/${own.app}/keys`, { expires_at })
        isRow(answer, "validation_failed", { field: "expires_at" })
      }
      const { key = "" } = yield* made("POST", `${own.base}/apps/${own.app}/keys`, {
        expires_at: "9999-12-31T23:59:59.999Z"
      })
      isToken(yield* vend("notion", key), (yield* World).token)
    })
  )

  it.effect(
    "tells an id that can be none from one that is nobody's, and nobody's from somebody else's not at all",
    () =>
      Effect.gen(function* () {
        const { connections, foreign, own } = yield* World
        const theirs = (yield* made("POST", `${foreign.base}/connections`, {
          slug: "stripe",
          credential: "their_unsaid"
        })).id
        const bind = { connection_id: connections.notion }
        const routes: ReadonlyArray<
          readonly [
            method: string,
            path: (id: string) => string,
            body: unknown,
            field: string,
            foreign: string,
            other: string
          ]
        > = [
          ["GET", (id) => `/tenants/${id}/apps`, undefined, "tenant", own.app, connections.notion],
          ["GET", (id) => `/tenants/${id}/keys`, undefined, "tenant", own.app, own.keyId],
          [
            "POST",
            (id) => `/tenants/${id}/apps`,
            { slug: "a", name: "a", kind: "sandbox" },
            "tenant",
            own.app,
            own.keyId
          ],
          ["GET", (id) => `${own.base}/apps/${id}/bindings`, undefined, "app", foreign.app, connections.notion],
          ["PUT", (id) => `${own.base}/apps/${id}/bindings/notion`, bind, "app", foreign.app, own.keyId],
          ["DELETE", (id) => `${own.base}/apps/${id}/bindings/notion`, undefined, "app", foreign.app, own.id],
          ["POST", (id) => `${own.base}/apps/${id}/keys`, {}, "app", foreign.app, connections.notion],
          ["DELETE", (id) => `${own.base}/connections/${id}`, undefined, "connection", theirs, own.app],
          ["DELETE", (id) => `${own.base}/connections/${id}?dry_run=1`, undefined, "connection", theirs, own.app],
          ["POST", (id) => `${own.base}/connections/${id}/revoke`, undefined, "connection", theirs, own.app],
          ["GET", (id) => `/tenants/${id}/revocations`, undefined, "tenant", own.app, own.keyId],
          ["POST", (id) => `${own.base}/connections/${id}/keys`, {}, "connection", theirs, own.app],
          [
            "POST",
            (id) => `${own.base}/connections/${id}/reconnect`,
            { composio_account_id: "ca_x" },
            "connection",
            theirs,
            own.app
          ],
          ["DELETE", (id) => `/tenants/${id}/users/alice`, undefined, "tenant", own.app, own.keyId],
          ["DELETE", (id) => `${own.base}/keys/${id}`, undefined, "key", foreign.keyId, own.app]
        ]
        for (const [method, path, body, field, foreignId, otherKind] of routes) {
          for (const id of [...noIds, ...misspelled(own.id)]) {
            const answer = yield* managed(method, path(id), body)
            isRow(answer, "validation_failed", { field })
            yield* isSilent(answer)
          }
          const nobodys = yield* managed(method, path(crypto.randomUUID()), body)
          isRow(nobodys, "not_found")
          for (const id of [
            foreignId,
            otherKind,
            "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff"
          ]) {
            assert.deepStrictEqual(
              comparable(yield* managed(method, path(id), body)),
              comparable(nobodys),
              `${method} ${path(id)}`
            )
          }
        }

        // The same of an id in a body.
        const binding = (connection_id: unknown) =>
          managed("PUT", `${own.base}/apps/${own.app}/bindings/notion`, { connection_id })
        for (const id of ["x", connections.notion.toUpperCase(), `{${connections.notion}}`, 1, null]) {
          isRow(yield* binding(id), "validation_failed", { field: "connection_id" })
        }
        const nobodys = yield* binding(crypto.randomUUID())
        isRow(nobodys, "not_found")
        for (const id of [theirs, own.app]) assert.deepStrictEqual(comparable(yield* binding(id)), comparable(nobodys))
      })
  )

  it.effect("has changed nothing by all of this, and said nothing of it", () =>
    Effect.gen(function* () {
      const { foreign, keys, token } = yield* World
      const { server } = yield* Service
      isToken(yield* vend("notion", keys.good), token)
      isRow(yield* vend("stripe", foreign.key), "binding_missing")
      assert.isNull(server.child.exitCode)
      assert.notMatch(server.output(), /ERROR|WARN|hunter2|vendo_[sa]/)
      for (const secret of yield* secrets) assert.notInclude(server.output(), secret)
    })
  )
})
