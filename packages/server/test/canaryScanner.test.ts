import { assert, it } from "@effect/vitest"
import { randomBytes } from "node:crypto"
import { formsOf, scanner } from "./secrets/canaries.ts"

const canary = {
  what: "a canary",
  secret: `${randomBytes(12).toString("base64url")}"\\/+=&%????>>>>${randomBytes(12).toString("hex")}`
}
const scan = scanner([canary, { what: "another", secret: randomBytes(24).toString("base64url") }])

const forms = (text: string | Buffer) => scan(text).map(({ form }) => form)

it("the search for canaries finds each form, wherever it begins", () => {
  const { secret } = canary
  const bytes = Buffer.from(secret)
  const planted: ReadonlyArray<readonly [string, string]> = [
    ["plain", secret],
    ["hex", bytes.toString("hex")],
    ["HEX", bytes.toString("hex").toUpperCase()],
    ["percent-encoded", encodeURIComponent(secret)],
    ["percent-encoded in full", [...bytes].map((byte) => `%${byte.toString(16)}`).join("")],
    ["JSON", JSON.stringify({ secret })],
    ["JSON in JSON", JSON.stringify(JSON.stringify({ secret }))],
    ["reversed", [...secret].toReversed().join("")],
    ...Array.from({ length: 12 }, (_, n) => {
      const within = Buffer.concat([randomBytes(n), bytes, randomBytes(12 - n)])
      return [
        ["base64", within.toString("base64")],
        ["base64url", within.toString("base64url")]
      ] as const
    }).flat()
  ]
  for (const [form, text] of planted) {
    for (const before of ["", "x", "xy", "xyz", "x".repeat(100_000)]) {
      assert.include(forms(`${before}${text}`), form)
      assert.include(forms(`${before}${text} and more`), form)
    }
  }
  assert.include(forms(Buffer.concat([Buffer.alloc(4_097), Buffer.from(secret, "utf16le")])), "UTF-16")
})

it("the search for canaries names which it found, and does not show it", () => {
  const [finding, ...more] = scan(`before ${canary.secret} after`)
  assert.deepStrictEqual(more, [])
  assert.deepStrictEqual(finding, { what: "a canary", form: "plain", around: "before … after" })
})

it("the search for canaries finds nothing where there is none, nor in a part of one", () => {
  assert.deepStrictEqual(scan(""), [])
  assert.deepStrictEqual(scan(randomBytes(1_000_000)), [])
  for (const [, form] of formsOf(canary.secret)) assert.deepStrictEqual(scan(form.subarray(0, -1)), [])
  for (const [, form] of formsOf(canary.secret)) assert.deepStrictEqual(scan(form.subarray(1)), [])
})
