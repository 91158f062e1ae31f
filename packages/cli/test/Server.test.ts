import { assert, it } from "@effect/vitest"
import { Option, Redacted, Result } from "effect"
import { choose, type Said } from "../src/Server.ts"

const devToken = Redacted.make("dev")
const envToken = Redacted.make("env")

const dev = {
  baseUrl: "http://127.0.0.1:4000",
  credentialsUrl: "http://127.0.0.1:4000/credentials",
  adminToken: devToken
}

const nothing: Said = {
  flag: Option.none(),
  url: Option.none(),
  credentialsUrl: Option.none(),
  adminToken: Option.none(),
  dev: Option.none(),
  devPath: ".vendo/dev.json"
}

const chosen = (said: Partial<Said>) => Result.getOrThrow(choose({ ...nothing, ...said }))
const refused = (said: Partial<Said>) => Result.getOrThrow(Result.flip(choose({ ...nothing, ...said })))
const tokenOf = (said: Partial<Said>) => Option.getOrUndefined(chosen(said).adminToken)?.token

it("the flag goes before VENDO_URL, and VENDO_URL before the development server", () => {
  const all = { flag: Option.some("http://flag"), url: Option.some("http://env"), dev: Option.some(dev) }
  assert.strictEqual(chosen(all).url, "http://flag")
  assert.strictEqual(chosen({ ...all, flag: Option.none() }).url, "http://env")
  assert.strictEqual(chosen({ dev: Option.some(dev) }).url, "http://127.0.0.1:4000")
})

it("tokens are vended below the server, or where VENDO_CREDENTIALS_URL says", () => {
  const url = Option.some("https://vendo.example/")
  const credentialsUrl = Option.some("https://credentials.vendo.example")
  assert.strictEqual(chosen({ url }).credentialsUrl, "https://vendo.example/credentials")
  assert.strictEqual(chosen({ url, credentialsUrl }).credentialsUrl, "https://credentials.vendo.example")
  assert.strictEqual(
    chosen({ flag: Option.some("http://flag"), credentialsUrl }).credentialsUrl,
    "http://flag/credentials"
  )
})

it("the token of the development server goes to that server and no other", () => {
  assert.strictEqual(tokenOf({ dev: Option.some(dev) }), devToken)
  assert.strictEqual(tokenOf({ dev: Option.some(dev), flag: Option.some("http://127.0.0.1:4000/") }), devToken)
  assert.isUndefined(tokenOf({ dev: Option.some(dev), flag: Option.some("http://127.0.0.1:4001") }))
  assert.isUndefined(tokenOf({ dev: Option.some(dev), url: Option.some("https://vendo.example") }))
})

it("the token of the environment goes before the one in a file", () => {
  assert.strictEqual(tokenOf({ dev: Option.some(dev), adminToken: Option.some(envToken) }), envToken)
})

it("a file in the working directory can not send a token to another machine", () => {
  for (const url of [
    "https://evil.example",
    "http://127.0.0.1.evil.example",
    "http://10.0.0.1:4000",
    "http://localhost.evil.example"
  ]) {
    for (const said of [{ baseUrl: url }, { credentialsUrl: url }]) {
      const failure = refused({ dev: Option.some({ ...dev, ...said }), adminToken: Option.some(envToken) })
      assert.strictEqual(failure.code, "not_configured")
      assert.include(failure.detail, "another machine")
    }
  }
  for (const host of ["localhost", "[::1]", "127.0.0.1", "0.0.0.0", "vendo.localhost"]) {
    const url = `http://${host}:4000`
    assert.strictEqual(chosen({ dev: Option.some({ ...dev, baseUrl: url, credentialsUrl: url }) }).url, url)
  }
})

it("without a server both ways to name one are told", () => {
  const { detail, exit, fix } = refused({ adminToken: Option.some(envToken) })
  assert.strictEqual(exit, 2)
  assert.include(detail, ".vendo/dev.json")
  assert.include(fix, "pnpm start")
  assert.include(fix, "VENDO_URL and VENDO_ADMIN_TOKEN")
})

it("an address that can not be meant is refused without being repeated", () => {
  for (const text of [
    "nonsense",
    "ftp://vendo.example",
    "http://user:hunter2@vendo.example",
    "http://vendo.example/?t=hunter2"
  ]) {
    const failure = refused({ url: Option.some(text) })
    assert.include(failure.detail, "VENDO_URL")
    assert.notInclude(failure.detail, "hunter2")
  }
})
