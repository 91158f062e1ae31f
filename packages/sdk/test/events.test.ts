import { assert, it } from "vitest"
import { MockClient } from "@vendodev/sdk/testing"

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** What a promise is settled with without anything else happening; nothing when it is not. */
const settled = async (promise: Promise<unknown> | undefined) => {
  for (let i = 0; i < 20; i++) await turn()
  return Promise.race([promise, undefined])
}

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

it("who returns while an event is waited for, or whose signal aborts, waits no longer", async () => {
  await using client = new MockClient()
  const first = client.events.subscribe()[Symbol.asyncIterator]()
  const waiting = first.next()
  const returned = first.return?.()
  assert.deepStrictEqual(await settled(waiting), { done: true, value: undefined })
  assert.deepStrictEqual(await settled(returned), { done: true, value: undefined })

  const stop = new AbortController()
  const second = client.events.subscribe({ signal: stop.signal })[Symbol.asyncIterator]().next()
  await turn()
  stop.abort()
  assert.deepStrictEqual(await settled(second), { done: true, value: undefined })
})
