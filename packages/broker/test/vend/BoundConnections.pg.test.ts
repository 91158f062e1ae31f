import { assert, layer } from "@effect/vitest"
import { Effect, Option, Redacted, Result } from "effect"
import { Bindings } from "@vendodev/broker/manage/Bindings"
import { Connections } from "@vendodev/broker/manage/Connections"
import { BoundConnections } from "@vendodev/broker/vend/BoundConnections"
import { CredentialResolver } from "@vendodev/broker/vend/CredentialResolver"
import { DisplayName } from "@vendodev/domain/Ids"
import * as Fixture from "@vendodev/testing/Fixture"

layer(Fixture.layer)("The credential of a listed connection", (it) => {
  it.effect("is that connection's or none, whatever was bound between the listing and the vend", () =>
    Effect.gen(function* () {
      const { app, connection, key, within } = yield* Fixture.makeBound({ slug: "notion", credential: "first_unsaid" })
      const connections = yield* Connections
      const bindings = yield* Bindings
      const resolver = yield* CredentialResolver
      yield* within(
        Effect.gen(function* () {
          const other = yield* connections.create({
            slug: "notion",
            name: DisplayName.make("other"),
            profile: Option.none(),
            credential: Option.some(Redacted.make("second_unsaid"))
          })
          yield* bindings.set(app.id, connection.slug, other.id)
        })
      )
      const bearer = { key: Option.some(key), userJwt: Option.none(), connection: Option.none() }
      const ask = (only?: ReadonlyMap<string, typeof connection.id>) => resolver.resolveAll(bearer, ["notion"], only)
      const [pinned] = yield* ask(new Map([["notion", connection.id]]))
      assert.isTrue(pinned !== undefined && Result.isFailure(pinned) && pinned.failure._tag === "binding_missing")
      const [free] = yield* ask()
      assert.isTrue(
        free !== undefined && Result.isSuccess(free) && Redacted.value(free.success.token) === "second_unsaid"
      )
    })
  )

  it.effect("stays in its wrapper until it is sent", () =>
    Effect.gen(function* () {
      const { key } = yield* Fixture.makeBound({ slug: "notion", credential: "wrapped_unsaid" })
      const { list } = yield* BoundConnections
      const listed = yield* list({ key: Option.some(key), userJwt: Option.none() }, { sandbox: false })
      assert.notInclude(JSON.stringify(listed), "_unsaid")
      const notion = listed.find(({ slug }) => slug === "notion")
      assert.deepStrictEqual(
        Object.entries(notion?.metadata.credential ?? {}).map(([name, token]) => [name, Redacted.value(token)]),
        [["NOTION_TOKEN", "wrapped_unsaid"]]
      )
    })
  )
})
