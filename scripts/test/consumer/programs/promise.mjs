import assert from "node:assert/strict"
import { Vendo, VendoError } from "@vendodev/sdk"
import * as reconciler from "@vendodev/sdk/reconciler"
import { MockClient } from "@vendodev/sdk/testing"

const failureOf = (promise) =>
  promise.then(
    () => assert.fail("it did not fail"),
    (error) => error
  )

const main = async () => {
  const vendo = new Vendo()
  assert.equal(await vendo.token("openai"), process.env.EXPECTED_TOKEN)

  const refused = await failureOf(vendo.token("stripe"))
  assert.ok(refused instanceof VendoError)
  assert.equal(refused.code, "binding_missing")

  // What another entry throws is of the same class.
  const missing = await failureOf(MockClient.withConnections([]).token("openai"))
  assert.ok(missing instanceof VendoError)
  assert.equal(missing.code, "not_connected")

  assert.equal(typeof reconciler.bootstrap, "function")
  console.log("done")
}

main()
