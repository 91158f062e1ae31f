import assert from "node:assert/strict"
import { once } from "node:events"
import express from "express"
import { Vendo } from "@vendodev/sdk"

const vendo = new Vendo()
const app = express()

app.get("/me", async (request, response) => {
  response.json(await vendo.forRequest(request.headers).token("notion"))
})
app.use((error, _request, response, _next) => response.status(401).json(error.code))

const server = app.listen(0, "127.0.0.1")
await once(server, "listening")
const url = `http://127.0.0.1:${server.address().port}/me`

const users = { alice: process.env.ALICE, bob: process.env.BOB }
const me = async (headers) => (await fetch(url, { headers })).json()

const names = Array.from({ length: 40 }, (_, turn) => (turn % 2 === 0 ? "alice" : "bob"))
await Promise.all(
  names.map(async (name) => assert.equal(await me({ "X-Vendo-User-JWT": users[name] }), `token-of-${name}`))
)
assert.equal(await me({}), "identity_not_present")
assert.equal(await me({ "X-Vendo-User-JWT": "  " }), "identity_not_present")
assert.equal(await me({ "X-Vendo-User-JWT": "a.b.c" }), "identity_invalid")
server.close()
console.log("done")
