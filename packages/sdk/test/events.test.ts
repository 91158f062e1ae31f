import { assert, it } from "vitest"
import { MockClient } from "@vendodev/sdk/testing"

it("the end of a client is the end of the loops over its events", async () => {
  const client = new MockClient()
  client.emit({ type: "one", data: null })
  const seen: Array<string> = []
  const first = Promise.withResolvers<void>()
  const loop = (async () => {
    for await (const { type } of client.events.subscribe()) {
      seen.push(type)
      first.resolve()
    }
  })()
  await first.promise
  await client[Symbol.asyncDispose]()
  await loop
  assert.deepStrictEqual(seen, ["one"])
})

it("who goes through a subscription again listens again", async () => {
  await using client = new MockClient()
  client.emit({ type: "one", data: null })
  const subscription = client.events.subscribe()
  const next = async () => {
    for await (const { type } of subscription) return type
    return undefined
  }
  assert.deepStrictEqual([await next(), await next()], ["one", "one"])
})
