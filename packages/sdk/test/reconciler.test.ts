import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it } from "vitest"
import { Vendo, VendoOnlyFeature } from "@vendodev/sdk"
import { catalogDefault, type EnvDiff, start } from "@vendodev/sdk/reconciler"
import { fakeConnection, MockClient } from "@vendodev/sdk/testing"

/** A file in a folder of its own. */
const folder = async () => {
  const path = await mkdtemp(join(tmpdir(), "vendo-reconciler-"))
  return { envFile: join(path, "made.env"), [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

const never = { pollIntervalMs: 1_000_000, client: new Vendo({ apiKey: "", baseUrl: "https://vendo.example" }) }

it("a change that could not be told is told at the next look, with whatever came after it", async () => {
  await using place = await folder()
  const mapping: Record<string, string> = { A: "1" }
  const told: Array<EnvDiff> = []
  let down = false
  const reconciler = await start({
    ...never,
    envFile: place.envFile,
    mapping: () => mapping,
    onChange: (diff) => {
      if (down) throw new Error("nobody listens")
      told.push(diff)
    }
  })
  down = true
  mapping["A"] = "2"
  await reconciler.reconcile().then(
    () => assert.fail("the hook was down"),
    () => undefined
  )
  assert.strictEqual(await readFile(place.envFile, "utf8"), 'A="2"\n')
  down = false
  mapping["B"] = "1"
  await reconciler.reconcile()
  await reconciler.reconcile()
  reconciler.stop()
  assert.deepStrictEqual(told, [
    { added: ["A"], changed: [], removed: [] },
    { added: ["B"], changed: ["A"], removed: [] }
  ])
})

it("nobody is told after it was stopped, though a look is under way", async () => {
  await using place = await folder()
  const told: Array<EnvDiff> = []
  const looking = Promise.withResolvers<void>()
  const found = Promise.withResolvers<Record<string, string>>()
  let looks = 0
  const mapping = () => {
    if (looks++ === 0) return {}
    looking.resolve()
    return found.promise
  }
  const onChange = (diff: EnvDiff) => void told.push(diff)
  const reconciler = await start({ ...never, envFile: place.envFile, mapping, onChange })
  told.length = 0
  const last = reconciler.reconcile()
  await looking.promise
  reconciler.stop()
  found.resolve({ A: "1" })
  await last
  assert.deepStrictEqual(told, [])
})

it("the mapping of the catalog is refused without a service, and the file is left as it was", async () => {
  await using place = await folder()
  await writeFile(place.envFile, 'A="1"\n')
  const failed = await start({ ...never, envFile: place.envFile }).catch((error: unknown) => error)
  assert.instanceOf(failed, VendoOnlyFeature)
  assert.strictEqual(await readFile(place.envFile, "utf8"), 'A="1"\n')
})

it("a value is found under the name it has, where only the first step is the wire's", async () => {
  await using client = MockClient.withConnections([
    fakeConnection({
      slug: "made",
      apiKey: "pool",
      metadata: { base_url: "https://made.example" },
      envBootstrap: {
        vars: [
          { name: "MADE_KEY", valueFrom: "api_key" },
          { name: "MADE_URL", valueFrom: "metadata.base_url" }
        ],
        restart: "none"
      }
    })
  ])
  assert.deepStrictEqual(await catalogDefault(client)(), { MADE_KEY: "pool", MADE_URL: "https://made.example" })
})
