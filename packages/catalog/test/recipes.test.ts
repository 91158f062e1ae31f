import { assert, it } from "@effect/vitest"
import { Option, Redacted } from "effect"
import { find, integrations } from "@vendodev/catalog/Catalog"
import { define, type Integration } from "@vendodev/catalog/Integration"
import { textAt, valueAt } from "@vendodev/catalog/jsonPath"
import { misfit } from "@vendodev/catalog/keyShape"

const of = (slug: string): Integration => Option.getOrThrow(find(slug))

const requests = (integration: Integration) => [
  ...(integration.account === undefined ? [] : [integration.account.request]),
  ...integration.context.flatMap(({ discover }) => (discover === undefined ? [] : [discover.request])),
  ...(integration.disconnect === undefined ? [] : [integration.disconnect.request])
]

it("whose a credential is can be asked of every provider, and what must be known of an account is found", () => {
  for (const integration of integrations) {
    assert.isDefined(integration.account, integration.slug)
    for (const { discover, field } of integration.context) assert.isDefined(discover, field)
  }
})

it("every question to a provider holds the credential once, and in no query", () => {
  for (const integration of integrations) {
    for (const { body = {}, headers, url, variants = [] } of requests(integration)) {
      for (const sent of [headers, ...variants.map((variant) => variant.headers)]) {
        const places = [url, ...Object.values(sent)].join("\n").split("{credential}").length - 1
        assert.strictEqual(places, 1, integration.slug)
      }
      assert.notInclude(url.split("?")[1] ?? "", "credential")
      assert.notInclude(new URL(url).host, "credential")
      assert.notInclude(JSON.stringify(body), "{credential}")
    }
  }
})

it("what is pasted has a shape, and what is installed an OAuth app", () => {
  for (const { oauth, profiles, shape, slug } of integrations) {
    assert.strictEqual(shape !== undefined, profiles.includes("byok_static"), slug)
    assert.strictEqual(oauth !== undefined, profiles.includes("oauth_app_install"), slug)
  }
})

/** Made up, each as its provider makes them. */
const keys: Record<string, ReadonlyArray<string>> = {
  anthropic: ["sk-ant-api03-simulated_simulated-AA"],
  assemblyai: [],
  elevenlabs: [`sk_${"0123456789abcdef".repeat(3)}`],
  gemini: [`AIza${"s".repeat(35)}`],
  github: ["ghp_simulatedsimulatedsimulated", "github_pat_simulated_simulated_simulated"],
  linear: ["lin_api_simulatedsimulatedsimulated"],
  notion: ["ntn_simulatedsimulatedsimulated", "secret_simulatedsimulatedsimulated"],
  openai: ["sk-simulatedsimulated", "sk-proj-simulated_simulated-1"],
  openrouter: ["sk-or-v1-simulatedsimulated"],
  slack: ["xoxb-1-2-simulated", "xoxe.xoxp-1-2-simulated"],
  stripe: ["sk_live_simulated", "sk_test_simulated", "rk_live_simulated"],
  telegram: ["123456789:AAEsimulated_simulated-simulated"]
}

it("a key has the shape of its own provider alone, and another's is named in its place", () => {
  for (const [slug, own] of Object.entries(keys)) {
    for (const key of own.map((key) => Redacted.make(key))) {
      assert.isTrue(Option.isNone(misfit(of(slug), key)), slug)
      for (const other of integrations.filter((each) => each.slug !== slug && each.shape !== undefined)) {
        const said = Option.getOrThrow(misfit(other, key))
        assert.include(said, `a key of ${of(slug).name}; ${other.name} takes `)
        assert.notInclude(said, Redacted.value(key))
      }
    }
  }
})

it("a key that could be of several providers, or of none, is of no name", () => {
  const hexadecimal = Redacted.make("0123456789abcdef".repeat(2))
  assert.isTrue(Option.isNone(misfit(of("assemblyai"), hexadecimal)))
  assert.isTrue(Option.isNone(misfit(of("elevenlabs"), hexadecimal)))
  for (const key of [hexadecimal, Redacted.make("hello"), Redacted.make("")]) {
    assert.match(Option.getOrThrow(misfit(of("openai"), key)), /^this does not look like an OpenAI API key/)
  }
  assert.isTrue(Option.isNone(misfit(of("gmail"), hexadecimal)), "nothing is pasted there")
})

it("a path leads to texts and whole numbers, and to nothing that was inherited", () => {
  const json = { a: { b: ["x", 7, 1.5, 2 ** 53, null, "", { c: "y" }] }, d: null }
  const table: ReadonlyArray<readonly [path: string | readonly [string, ...Array<string>], text: string | null]> = [
    ["a.b.0", "x"],
    ["a.b.1", "7"],
    ["a.b.2", null],
    ["a.b.3", null],
    ["a.b.4", null],
    ["a.b.5", null],
    ["a.b.6.c", "y"],
    ["a.b", null],
    ["a.b.length", null],
    ["a.b.9", null],
    ["d.e", null],
    ["__proto__.x", null],
    ["constructor.name", null],
    ["toString", null],
    [["a.z", "d", "a.b.1", "a.b.0"], "7"]
  ]
  for (const [path, text] of table) {
    assert.strictEqual(Option.getOrNull(textAt(json, path)), text, String(path))
  }
  assert.isTrue(Option.isNone(valueAt("text", "length")))
  assert.isTrue(Option.isNone(valueAt(null, "a")))
  for (const inherited of ["constructor", "__proto__"]) assert.isTrue(Option.isNone(valueAt({}, inherited)))
})

it("a catalog file with a fault in a recipe can not be loaded", () => {
  const { account, ...rest } = of("openai")
  assert.deepEqual(define({ ...rest, account }), of("openai"))
  const request = account?.request
  for (const faulty of [
    { ...rest, acount: account },
    { ...rest, account: { ...account, request: { ...request, url: "http://api.openai.com/v1/models" } } },
    { ...rest, account: { ...account, request: { ...request, url: "https://user@api.openai.com/" } } },
    { ...rest, account: { ...account, request: { ...request, headers: { "X-Key": "{credential}" } } } },
    { ...rest, account: { ...account, id: "data..id" } },
    { ...rest, account: { ...account, verdicts: [] } },
    { ...rest, shape: { pattern: "(", hint: "a key" } }
  ]) {
    assert.throws(() => define(faulty))
  }
})
