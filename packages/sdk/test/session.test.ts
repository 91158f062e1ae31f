import { assert, it } from "vitest"
import { Vendo } from "@vendodev/sdk"

/** Vends one token after the other, and keeps the paths it was asked for. */
const vending = () => {
  const paths: Array<string> = []
  const fetch = async (url: string) => {
    paths.push(new URL(url).pathname)
    return Response.json({ access_token: `t${paths.length}`, expires_at: null, token_type: "Bearer" })
  }
  return { paths, vendo: new Vendo({ apiKey: "vendo_sk_test", baseUrl: "https://vendo.example", fetch }) }
}

const provider = "https://provider.example"

it("a token that is refused with a body that flows once is reported and dropped as any other", async () => {
  const { paths, vendo } = vending()
  const sent: Array<unknown> = []
  const session = vendo.session("notion", {
    fetch: async (_, init) => {
      sent.push(new Headers(init?.headers).get("authorization"))
      return new Response("no", { status: 401 })
    }
  })
  const body = (async function* () {
    yield new Uint8Array(1)
  })()
  const response = await session(provider, { method: "POST", body })
  assert.deepStrictEqual([response.status, await response.text()], [401, "no"])
  assert.deepStrictEqual(sent, ["Bearer t1"])
  assert.deepStrictEqual(paths, ["/credentials/notion", "/credentials/notion/refused", "/credentials/notion"])
  assert.strictEqual(await vendo.token("notion"), "t3")
})

it("who writes a stream is told when nobody will read it any more", async () => {
  const ends: ReadonlyArray<readonly [string, (init: RequestInit | undefined) => Promise<Response>]> = [
    ["answers early", async () => new Response("ok")],
    [
      "breaks off",
      async (init) => {
        if (init?.body instanceof ReadableStream) void init.body.cancel()
        throw new TypeError("fetch failed")
      }
    ]
  ]
  for (const [what, end] of ends) {
    const { vendo } = vending()
    let told = ""
    const body = new ReadableStream({ cancel: () => void (told = what) })
    const session = vendo.session("notion", { fetch: (_, init) => end(init) })
    await session(provider, { method: "POST", body }).catch(() => undefined)
    await new Promise(setImmediate)
    assert.strictEqual(told, what)
  }
})
