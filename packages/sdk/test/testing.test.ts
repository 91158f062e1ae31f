import { assert, it } from "vitest"
import { MockClient } from "@vendodev/sdk/testing"

it("an integration that the made-up service has not is null, as with the real one", async () => {
  await using mock = new MockClient()
  assert.deepStrictEqual([await mock.integrations.list(), await mock.integrations.get("notion")], [[], null])
})

it("a made-up stream begins after the event that is named, as the real one does", async () => {
  await using mock = new MockClient()
  for (const type of ["one", "two"]) mock.emit({ type, data: null })
  const next = async (lastEventId?: string) => {
    for await (const event of mock.events.subscribe({ lastEventId })) return event
    return undefined
  }
  assert.strictEqual((await next())?.type, "one")
  assert.deepStrictEqual(await next("1"), { type: "two", data: null, id: "2" })
})
