import assert from "node:assert/strict"
import { Vendo } from "@vendodev/sdk"

const vendo = new Vendo()
const google = vendo.session("google")

const before = await vendo.token("google")
assert.equal((await google(process.env.PROVIDER_URL)).status, 200)

// The provider ends the token that is at hand.
assert.equal((await fetch(process.env.MEANWHILE_URL, { method: "POST" })).status, 200)
assert.equal((await google(process.env.PROVIDER_URL)).status, 200)
assert.notEqual(await vendo.token("google"), before)

assert.deepEqual(
  Object.values(await vendo.tokens(["notion", "google", "github"])).map((token) => token === null),
  [false, false, true]
)
console.log("done")
