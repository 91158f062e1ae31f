import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { NotConnected, Vendo } from "@vendodev/sdk"
import * as reconciler from "@vendodev/sdk/reconciler"
import { fakeConnection, MockClient } from "@vendodev/sdk/testing"

const failureOf = (promise) =>
  promise.then(
    () => assert.fail("it did not fail"),
    (error) => error
  )

const main = async () => {
  const vendo = new Vendo()
  assert.equal(await vendo.token("openai"), process.env.EXPECTED_TOKEN)

  const refused = await failureOf(vendo.token("stripe"))
  assert.ok(refused instanceof NotConnected)
  assert.equal(refused.code, "binding_missing")

  // What another entry throws is of the same class.
  const missing = await failureOf(MockClient.withConnections([]).token("openai"))
  assert.ok(missing instanceof NotConnected)
  assert.equal(missing.code, "binding_missing")

  const mock = MockClient.withConnections([fakeConnection({ slug: "openai", credential: "made-up" })])
  assert.equal(await mock.token("openai"), "made-up")

  await reconciler.bootstrap({ envFile: "made.env", mapping: () => ({ MADE_UP: "value" }) })
  assert.equal(readFileSync("made.env", "utf8"), 'MADE_UP="value"\n')
  console.log("done")
}

main()
