/** What the Python SDK's public pages say, sentence by sentence, against the service as it runs. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { findPython } from "@vendodev/testing/python"
import { Tool } from "./consumer/Tool.ts"
import { runPython } from "./python/run.ts"

const python = findPython(["requests", "aiohttp"])

interface Sentence {
  readonly says: string
  readonly program: string
  /** Without a service: nothing but these variables is set. */
  readonly alone?: Readonly<Record<string, string>>
  /** With a service, besides its own two. */
  readonly set?: Readonly<Record<string, string>>
  readonly needs?: "requests" | "aiohttp"
}

const conventional = { OPENAI_API_KEY: "sk-conventional", TELEGRAM_BOT_TOKEN: "700001:made_up" }

const sentences: ReadonlyArray<Sentence> = [
  {
    says: "without an account a token is the conventional variable of its integration",
    alone: conventional,
    program: `
import vendo
assert vendo.token("openai") == "sk-conventional"
assert vendo.token("telegram") == "700001:made_up"
assert vendo.is_vendo_mode() is False`
  },
  {
    says: "the same call asks the service as soon as there is a key, which goes to it as a bearer",
    set: conventional,
    program: `
import vendo
assert vendo.is_vendo_mode() is True
assert vendo.token("openai") == "sk-vended"`
  },
  {
    says: "all connections of the deployment are listed",
    program: `
import vendo
connections = vendo.connections.list()
connected = {one.slug for one in connections if one.status == "connected"}
assert connected == {"notion", "openai", "google", "gmail"}, connected
assert vendo.connections.get("slack").status == "available"`
  },
  {
    says: "the balance of the wallet is told in micros",
    program: `
import vendo
balance = vendo.billing.balance()
assert balance.credits_remaining_micros == 2_500_000
assert (balance.currency, balance.credits_remaining_micros / 1_000_000) == ("USD", 2.5)`
  },
  {
    says: "several tokens come in one call, with None for what is not connected",
    program: `
import vendo
tokens = vendo.tokens(["stripe", "openai", "telegram", "notion"])
assert tokens == {"stripe": None, "openai": "sk-vended", "telegram": None, "notion": "token-of-the-tool"}`
  },
  {
    says: "an event loop is served on the standard library",
    program: `
import asyncio, sys
sys.modules["aiohttp"] = None
from vendo import AsyncVendo
async def main():
    async with AsyncVendo(use_aiohttp=False) as client:
        assert await client.token("openai") == "sk-vended"
        assert "notion" in {one.slug for one in await client.connections.list()}
asyncio.run(main())`
  },
  {
    says: "and takes aiohttp where it is installed",
    needs: "aiohttp",
    program: `
import asyncio, sys
from vendo import AsyncVendo
async def main():
    async with AsyncVendo() as client:
        assert await client.token("openai") == "sk-vended"
        assert "notion" in {one.slug for one in await client.connections.list()}
asyncio.run(main())
assert "aiohttp" in sys.modules`
  },
  {
    says: "which is for a service alone: without a key there is no such client",
    alone: conventional,
    program: `
import vendo
try:
    vendo.AsyncVendo()
except vendo.AuthError as error:
    assert "VENDO_API_KEY" in str(error)
else:
    raise AssertionError
assert vendo.token("openai") == "sk-conventional"`
  },
  {
    says: "a variable for one slug wins over the service, for an integration of no catalog, too",
    set: { VENDO_TOKEN_MYTOOL: "sk-test", VENDO_TOKEN_OPENAI: "sk-mine", ...conventional },
    program: `
import vendo
assert vendo.token("mytool") == "sk-test"
assert vendo.token("openai") == "sk-mine"`
  },
  {
    says: "and over the conventional variable",
    alone: { VENDO_TOKEN_MYTOOL: "sk-test", VENDO_TOKEN_OPENAI: "sk-mine", ...conventional },
    program: `
import vendo
assert vendo.token("mytool") == "sk-test"
assert vendo.token("openai") == "sk-mine"`
  },
  {
    says: "a client for a request acts for the user it names, and the one it came from stays as it was",
    program: `
import os
from vendo import Vendo
client = Vendo()
for header in ("X-Vendo-User-JWT", "x-vendo-user-jwt", "HTTP_X_VENDO_USER_JWT"):
    alice = client.for_request({header: os.environ["ALICE"]})
    assert alice.token("notion") == "token-of-alice"
assert client.for_user(os.environ["BOB"]).token("notion") == "token-of-bob"
assert client.token("notion") == "token-of-the-tool"
client.close()`
  },
  {
    says: "without a user in the request, with one that is forged or expired, and without a key: each has its error",
    program: `
import os, time
from vendo import Vendo
from vendo.errors import AuthError, IdentityNotPresent, VendoOnlyFeature
client = Vendo()
def fails(error, call, code):
    try:
        call()
    except error as raised:
        assert (type(raised), raised.code) == (error, code), (type(raised), raised.code)
    else:
        raise AssertionError(code)
fails(IdentityNotPresent, lambda: client.for_request({}), "identity_not_present")
forged = os.environ["ALICE"][:-8] + "AAAAAAAA"
fails(AuthError, lambda: client.for_user(forged).token("notion"), "identity_invalid")
client.close()
del os.environ["VENDO_API_KEY"]
fails(VendoOnlyFeature, lambda: Vendo().for_request({"X-Vendo-User-JWT": os.environ["ALICE"]}), "vendo_only_feature")
fails(VendoOnlyFeature, lambda: Vendo().for_user(os.environ["ALICE"]), "vendo_only_feature")`
  }
]

const session = `
import os, urllib.request
import vendo
sess = vendo.session("gmail")
before = vendo.token("gmail")
assert sess.get(os.environ["PROVIDER_URL"]).status_code == 200
urllib.request.urlopen(urllib.request.Request(os.environ["MEANWHILE_URL"], method="POST")).close()
assert sess.get(os.environ["PROVIDER_URL"]).status_code == 200
assert vendo.token("gmail") != before
sess.close()`

/** Warnings would stand on standard error. */
const well = { code: 0, out: "", err: "" }

layer(Tool.layer, { excludeTestServices: true, timeout: "3 minutes" })("The Python SDK", (it) => {
  for (const { alone, needs, program, says, set } of sentences) {
    it.effect(says, (test) =>
      Effect.gen(function* () {
        if (python === undefined) return test.skip("no Python 3.11 or newer on this machine")
        if (needs !== undefined && !python.modules.has(needs)) return test.skip(`${python.command} has no ${needs}`)
        const { environment } = yield* Tool
        assert.deepStrictEqual(yield* runPython(python, program, alone ?? { ...environment, ...set }), well)
      })
    )
  }

  it.effect("refreshes the token of a session once when the provider answers 401", (test) =>
    Effect.gen(function* () {
      if (python === undefined) return test.skip("no Python 3.11 or newer on this machine")
      if (!python.modules.has("requests")) return test.skip(`${python.command} has no requests`)
      const { environment, sinceTheEnd } = yield* Tool
      assert.deepStrictEqual(yield* runPython(python, session, environment), well)
      assert.deepStrictEqual(yield* sinceTheEnd, { answers: [401, 200], fetched: 1 })
    })
  )
})
