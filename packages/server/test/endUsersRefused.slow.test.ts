/** Whatever is wrong with a user token, nothing is vended: not the user's, and least of all the deployment's own. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { attacks } from "@vendodev/testing/badUserTokens"
import { tokenOf } from "@vendodev/testing/userTokens"
import { administer } from "./edges/administer.ts"
import { isRow } from "./edges/row.ts"
import { ask, isGranted, isRefusedFor, type Way, ways } from "./users/fourWays.ts"
import * as RefusedWorld from "./users/refusedWorld.ts"

const { World, now } = RefusedWorld

interface Row {
  readonly what: string
  readonly token: string
  readonly because: string
}

/** Seconds within which all that comes too early is asked. */
const soon = 30

/** The attacks on what a token says and how; then those only the database can see. */
const rowsOf = Effect.fnUntraced(function* (at: number) {
  const { foreign, issuersAt, ofGone, other } = yield* World
  const start = yield* now
  const [issuer, later] = [issuersAt(start)[at], issuersAt(start + soon)[at]]
  if (issuer === undefined || later === undefined) return assert.fail("no issuer")
  const row = (what: string, claims: object): Row => ({
    what,
    token: tokenOf(issuer, { ...claims }),
    because: "not for this key's tenant and app, or its user was removed"
  })
  const gone = { sub: "gone" }
  const rows: ReadonlyArray<Row> = [
    ...attacks(later).filter(({ early }) => early === true),
    ...attacks(issuer).filter(({ early }) => early !== true),
    row("it is of another tenant", { tenant_id: foreign.id, app_id: undefined }),
    row("it is of another tenant and its app", { tenant_id: foreign.id, app_id: foreign.app }),
    row("it is of a tenant there is not", { tenant_id: crypto.randomUUID() }),
    row("its tenant is the app", { tenant_id: other.app, app_id: undefined }),
    row("it is of another app", { app_id: other.app }),
    row("it is of another tenant's app", { app_id: foreign.app }),
    row("it is of an app there is not", { app_id: crypto.randomUUID() }),
    row("its user was removed since", { ...gone, iat: start - 60 }),
    row("its user was removed, and it does not say when it was issued", { ...gone, iat: undefined }),
    { ...row("its user was removed, for whom an app had asked for it", {}), token: ofGone }
  ]
  return { issuer, rows }
})

/** What HTTP itself has to say of a header. A space around it is none of it. */
const framed = (token: string) => {
  if (token.length > 16_000) return { code: "too_large", status: 431 } as const
  return /[^ -~]/.test(token) ? ({ code: "request_invalid", status: 400 } as const) : undefined
}
const isTrimmed = ({ token }: Row) => token === token.trim() || framed(token) !== undefined

const utf8 = (text: string) => Buffer.from(text).toString("latin1")

/** Asks with every bad token, several at a time; the report's limit is none of what is tested here. */
const everyRow = Effect.fnUntraced(function* (way: Way, at: number) {
  const { keysFor, tenant } = yield* World
  const { issuer, rows } = yield* rowsOf(at)
  const keys = way === "POST /<slug>/refused" ? yield* keysFor(rows.length) : []
  const sent = rows.filter(isTrimmed)
  yield* Effect.forEach(
    sent.entries(),
    Effect.fnUntraced(function* ([n, { because, token, what }]) {
      const key = keys[Math.floor(n / 10)] ?? tenant.key
      const answer = yield* ask(way, { key, userToken: utf8(token) })
      const name = `${issuer.name} ${issuer.alg}, ${way}: ${what}, answered ${answer.status} ${answer.body}`
      assert.notInclude(answer.body, "unsaid", name)
      const framing = framed(token)
      if (framing !== undefined) return void isRow(answer, framing.code, { status: framing.status })
      assert.strictEqual(answer.headers["vendo-error-code"], "identity_invalid", name)
      assert.include(String(isRow(answer, "identity_invalid")["detail"]), because, name)
    }),
    { concurrency: 6, discard: true }
  )
  return sent.length
})

/** One of each kind, and not one that HTTP would refuse. */
const badTokens = Effect.gen(function* () {
  const { foreign, issuersAt, ofGone } = yield* World
  const [issuer] = issuersAt(yield* now)
  if (issuer === undefined) return assert.fail("no issuer")
  return [
    "",
    "a.b.c",
    tokenOf(issuer, {}, { alg: "none" }),
    tokenOf(issuer, { iss: "https://evil.test" }),
    tokenOf(issuer, { exp: 0 }),
    tokenOf(issuer, { tenant_id: foreign.id }),
    ofGone
  ]
})

/** By each algorithm; once it is read, nothing depends on which it was. */
const issuers = [
  { name: "of the broker's own", asking: ways },
  { name: "of the operator's issuer, by ES256", asking: ways },
  { name: "of the operator's issuer, by RS256", asking: ways.slice(0, 1) }
]

layer(RefusedWorld.layer, { excludeTestServices: true })("A user token", (it) => {
  for (const [at, { asking, name }] of issuers.entries()) {
    for (const way of asking) {
      it.effect(`${name}, asking by ${way}: is good at first, and refused in every way it can be bad`, () =>
        Effect.gen(function* () {
          const { issuersAt, keysFor } = yield* World
          const issuer = issuersAt(yield* now)[at]
          if (issuer === undefined) return assert.fail("no issuer")
          const [key] = yield* keysFor(3)
          const good = { key, userToken: tokenOf(issuer) }
          isGranted(way, yield* ask(way, good), "the_users_unsaid")
          isGranted(way, yield* ask(way, { ...good, userToken: undefined }), "the_tenants_unsaid")
          const before = yield* RefusedWorld.grants
          assert.isAbove(yield* everyRow(way, at), 190)
          assert.strictEqual(yield* RefusedWorld.grants, before)
          isGranted(way, yield* ask(way, good), "the_users_unsaid")
        })
      )
    }
  }

  it.effect("sent twice is malformed, whichever of the two is good", () =>
    Effect.gen(function* () {
      const { issuersAt, tenant } = yield* World
      const [issuer] = issuersAt(yield* now)
      if (issuer === undefined) return assert.fail("no issuer")
      const good = tokenOf(issuer)
      for (const [first, second] of [
        [good, good],
        [good, "a.b.c"],
        ["a.b.c", good],
        ["", good]
      ]) {
        for (const name of ["X-Vendo-User-JWT", "x-vendo-user-jwt"]) {
          for (const way of ways) {
            const answer = yield* ask(way, { key: tenant.key, userToken: `${first}\r\n${name}: ${second}` })
            isRow(answer, "request_invalid")
          }
        }
      }
    })
  )

  it.effect("of a user who has no connection never opens the deployment's own", () =>
    Effect.gen(function* () {
      const { issuersAt, keysFor } = yield* World
      for (const issuer of issuersAt(yield* now)) {
        const [key] = yield* keysFor(8)
        for (const way of ways) {
          const of = (sub: string) => ({ key, userToken: tokenOf(issuer, { sub }) })
          for (const sub of ["user-1", "user-170", "User-17", "user-17%00", "none"]) {
            isRefusedFor(way, yield* ask(way, of(sub)), "binding_missing")
          }
          // Has one, and not for that.
          isRefusedFor(way, yield* ask(way, of("user-17"), "linear"), "binding_missing", "linear")
          isRefusedFor(way, yield* ask(way, of("user-17"), "slack"), "connection_revoked", "slack")
          isRefusedFor(way, yield* ask(way, of("user-17"), "nosuch"), "provider_unknown", "nosuch")
        }
      }
    })
  )

  it.effect("opens nothing with a key of one connection, which is nobody's", () =>
    Effect.gen(function* () {
      const { issuersAt, keysFor, narrow } = yield* World
      const [key] = yield* keysFor(3)
      for (const issuer of issuersAt(yield* now)) {
        const [fits, names] = [tokenOf(issuer, { app_id: undefined }), tokenOf(issuer)]
        for (const way of ways) {
          isGranted(way, yield* ask(way, { key: narrow, userToken: undefined }), "the_tenants_unsaid")
          isRefusedFor(way, yield* ask(way, { key: narrow, userToken: fits }), "binding_missing")
          isRefusedFor(way, yield* ask(way, { key: narrow, userToken: names }), "binding_missing")
          isGranted(way, yield* ask(way, { key, userToken: fits }), "the_users_unsaid")
        }
      }
    })
  )

  it.effect("is judged after the key", () =>
    Effect.gen(function* () {
      const { keys, suspended } = yield* RefusedWorld.badKeys
      const bad = yield* badTokens
      for (const { code, key, sent } of keys) {
        for (const userToken of bad) {
          for (const way of ways) isRow(yield* ask(way, { key, userToken }), code, { sent })
        }
      }
      yield* administer(`UPDATE broker.tenants SET status = 'suspended' WHERE id = '${suspended.id}'`)
      for (const userToken of bad) {
        for (const way of ways) isRow(yield* ask(way, { key: suspended.key, userToken }), "app_revoked")
      }
    })
  )

  it.effect("is judged before the provider, the binding and the connection", () =>
    Effect.gen(function* () {
      const { keysFor, tenant } = yield* World
      const bad = yield* badTokens
      const slugs = ["nosuch", "gmail", "slack", "linear"]
      const keys = yield* keysFor(bad.length * slugs.length)
      const refusals = bad.flatMap((userToken) => slugs.map((slug) => ({ slug, userToken })))
      for (const [n, { slug, userToken }] of refusals.entries()) {
        const key = keys[Math.floor(n / 10)] ?? tenant.key
        for (const way of ways) isRow(yield* ask(way, { key, userToken }, slug), "identity_invalid")
      }
    })
  )
})
