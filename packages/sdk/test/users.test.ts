import { assert, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Vendo } from "@vendodev/sdk"
import { byOwner } from "@vendodev/testing/byOwner"

const seed = process.env["VENDO_TEST_SEED"] ?? crypto.randomUUID()

const users = [undefined, "one.user.jwt", "two.user.jwt", "three.user.jwt"] as const

const calls = ["token", "tokens", "session", "connections", "connectUrl", "balance", "invalidate", "fresh"] as const

const Script = Schema.Array(
  Schema.Struct({
    user: Schema.Literals([0, 1, 2, 3]),
    slug: Schema.Literals(["a", "b"]),
    call: Schema.Literals(calls),
    /** Whether the next call begins before this one has ended. */
    meanwhile: Schema.Boolean
  })
)

it.effect.prop(
  "a client made for a user says so on every call, and is never given what was kept for another",
  { script: Script },
  ({ script }) =>
    Effect.promise(async () => {
      const service = byOwner()
      await using root = new Vendo({ apiKey: "vendo_sk_test", baseUrl: "https://vendo.example", fetch: service.fetch })
      const make = (jwt: string | undefined) =>
        jwt === undefined ? root : jwt < "t" ? root.forUser(jwt) : root.forRequest({ "X-Vendo-User-JWT": jwt })
      const clients = users.map(make)
      const refusing = async (_: unknown, init?: RequestInit) =>
        Response.json(new Headers(init?.headers).get("authorization"), { status: 401 })

      const calling = script.map(({ call, slug, user: index }) => async () => {
        const user = users[index]
        const client = clients[index] ?? root
        const mine = `${user ?? "nobody"}:${slug}`
        switch (call) {
          case "token":
            return assert.strictEqual(await client.token(slug), mine)
          case "tokens":
            return assert.strictEqual((await client.tokens(["a", "b"]))[slug], mine)
          case "session": {
            const response = await client.session(slug, { fetch: refusing })("https://provider.example")
            return assert.strictEqual(await response.json(), `Bearer ${mine}`)
          }
          case "connections": {
            const [connection] = await client.connections.list()
            return assert.deepStrictEqual(connection?.credential, { A_TOKEN: `${user ?? "nobody"}:a` })
          }
          case "connectUrl":
            return assert.include(await client.connectUrl(slug), user ?? "nobody")
          case "balance":
            return assert.strictEqual((await client.billing.balance()).topUpUrl, user ?? "nobody")
          case "invalidate":
            return client.invalidate(slug)
          case "fresh":
            return assert.strictEqual(await make(user).token(slug), mine)
        }
      })
      const running: Array<Promise<void>> = []
      for (const [index, call] of calling.entries()) {
        running.push(call())
        if (script[index]?.meanwhile !== true) await Promise.all(running)
      }
      await Promise.all(running)
      assert.isTrue(service.seen.every(({ key }) => key === "Bearer vendo_sk_test"))
    }),
  { arbitrary: { seed, runs: 150 } }
)

it.effect("a client made for a user leaves the one it was made by as it was", () =>
  Effect.promise(async () => {
    const service = byOwner()
    const root = new Vendo({ apiKey: "vendo_sk_test", baseUrl: "https://vendo.example", fetch: service.fetch })
    const scoped = root.forUser("one.user.jwt")
    await root.token("a")
    await scoped.token("a")
    await scoped[Symbol.asyncDispose]()
    await root.token("b")
    assert.deepStrictEqual(
      service.seen.map(({ user }) => user),
      [null, "one.user.jwt", null]
    )
  })
)
