/** Four processes of one installation, while the keys that sign user tokens come and go. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { decodeProtectedHeader } from "jose"
import { renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { start, temporaryDirectory } from "@vendodev/testing/ServerProcess"
import { documentOf, ecPair, jwkOf, rsaPair, tokenOf } from "@vendodev/testing/userTokens"
import * as Service from "./fixtures/service.ts"
import { issuers, settings } from "./users/issuer.ts"
import { issueAt, now, ownKeys } from "./users/refusedWorld.ts"
import { ask, isVended, watch } from "./users/watch.ts"

const { bind, made, makeTenant, managed } = Service

class Nodes extends Context.Service<
  Nodes,
  {
    readonly ports: ReadonlyArray<number>
    /** Puts another document in the place of the one all of them read. */
    readonly publish: (document: string) => void
  }
>()("@vendodev/server/test/FourNodes") {}

const nodes = Layer.unwrap(
  Effect.map(temporaryDirectory, (directory) => {
    const file = join(directory, "jwks.json")
    const publish = (document: string) => {
      writeFileSync(`${file}.new`, document)
      renameSync(`${file}.new`, file)
    }
    publish(documentOf())
    const others = Effect.gen(function* () {
      const { environment, port } = yield* Service.Service
      const started = yield* Effect.forEach([1, 2, 3], () => start(environment), { concurrency: 3 })
      return Nodes.of({ ports: [port, ...started.map((other) => other.port)], publish })
    })
    return Layer.effect(Nodes, others).pipe(
      Layer.provideMerge(
        Service.layer({ VENDO_PUBLIC_URL: "https://vendo.example", ...settings, VENDO_USER_JWKS: file })
      ),
      Layer.orDie
    )
  })
)

const user = "user-17"

/** An app with a connection of its own, and one of its user. */
const seed = Effect.gen(function* () {
  const tenant = yield* makeTenant
  yield* Service.connectAndBind(tenant, "notion", { credential: "the_tenants_unsaid", profile: "byok_static" })
  const body = { slug: "notion", credential: "the_users_unsaid", profile: "byok_static", user }
  const { id } = yield* made("POST", `${tenant.base}/connections`, body)
  yield* bind(tenant.base, tenant.app, "notion", id)
  return tenant
})

const kidOf = (token: string) => decodeProtectedHeader(token).kid ?? ""

layer(nodes, { excludeTestServices: true })("On four processes", (it) => {
  it.effect("a key of the broker is replaced without a refusal, and good until it is retired", () =>
    Effect.gen(function* () {
      const { ports } = yield* Nodes
      const { key } = yield* seed
      const keys = yield* ownKeys
      let old = yield* issueAt(ports[0] ?? 0, key, user)
      for (let round = 0; round < 2; round++) {
        const watched = yield* watch(ports, key, old)
        const next = yield* keys.rotate
        // Signed with the one before, until every process can know the new one. Each is good everywhere at once.
        let latest = old
        for (let at = 0; kidOf(latest) !== next; at++) {
          latest = yield* issueAt(ports[at % ports.length] ?? 0, key, user)
          assert.include([kidOf(old), next], kidOf(latest))
          for (const port of ports) isVended(yield* ask(port, key, latest))
        }
        const newer = yield* watch(ports, key, latest)
        yield* watched.wasGoodUntil(keys.retire(kidOf(old)))
        assert.isAbove(yield* newer.wasGood, ports.length)
        old = latest
      }
    }).pipe(Effect.scoped)
  )

  it.effect("a key of the operator's issuer is good from when its file names it until it does not", () =>
    Effect.gen(function* () {
      const { ports, publish } = yield* Nodes
      const { app, id: tenant, key } = yield* seed
      const says = { sub: user, tenant, app, start: yield* now }
      const first = { ...issuers.ES256, says, kid: "first", pair: ecPair() }
      const second = { ...issuers.RS256, says, kid: "second", pair: rsaPair() }
      const [old, latest] = [tokenOf(first), tokenOf(second)]
      publish(documentOf(jwkOf(first)))
      for (const port of ports) yield* untilVended(port, key, old)
      const watched = yield* watch(ports, key, old)
      for (const port of ports) assert.strictEqual(yield* ask(port, key, latest), "identity_invalid")
      publish(documentOf(jwkOf(first), jwkOf(second)))
      for (const port of ports) yield* untilVended(port, key, latest)
      const newer = yield* watch(ports, key, latest)
      yield* watched.wasGoodUntil(Effect.sync(() => publish(documentOf(jwkOf(second)))))
      assert.isAbove(yield* newer.wasGood, ports.length)
    }).pipe(Effect.scoped)
  )

  it.effect("a user who is removed is refused from the next request on", () =>
    Effect.gen(function* () {
      const { ports } = yield* Nodes
      const { base, key } = yield* seed
      const tokens = yield* Effect.forEach(ports, (port) => issueAt(port, key, user))
      for (const port of ports) for (const token of tokens) isVended(yield* ask(port, key, token))
      assert.strictEqual((yield* managed("DELETE", `${base}/users/${user}`)).status, 200)
      for (const port of ports) {
        for (const token of tokens) assert.strictEqual(yield* ask(port, key, token), "identity_invalid")
      }
    })
  )
})

/** The file is looked at once a second. */
const untilVended = Effect.fnUntraced(function* (port: number, key: string, token: string) {
  let answered = yield* ask(port, key, token)
  while (answered === "identity_invalid" || answered === "unavailable") answered = yield* ask(port, key, token)
  isVended(answered)
})
