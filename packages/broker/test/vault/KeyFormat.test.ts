import { assert, it } from "@effect/vitest"
import { Effect, Random, Redacted } from "effect"
import { crc32 } from "node:zlib"
import { hint, isWellFormed, type KeyPrefix, mint } from "@vendodev/broker/vault/KeyFormat"
import { seeded } from "./fixtures/seeded.ts"

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
const prefixes: ReadonlyArray<KeyPrefix> = ["vendo_sk_", "vendo_at_", "vendo_ct_", "vendo_cv_"]
const many = 20_000

const minted = (prefix: KeyPrefix, n: number) => Array.from({ length: n }, () => Redacted.value(mint(prefix)))

const chiSquare = (counts: ReadonlyArray<number>): number => {
  const expected = counts.reduce((sum, n) => sum + n, 0) / counts.length
  return counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)
}

/** What a stranger who knows the format would write. */
const withChecksum = (text: string): string => {
  let rest = crc32(text)
  let digits = ""
  for (let i = 0; i < 6; i++) {
    digits = alphabet.charAt(rest % 62) + digits
    rest = Math.floor(rest / 62)
  }
  return text + digits
}

it("every minted key has the documented shape, passes its own check and is like no other", () => {
  for (const prefix of prefixes) {
    const keys = minted(prefix, many)
    assert.strictEqual(new Set(keys).size, many)
    const wrong = keys.filter(
      (key) =>
        !/^vendo_(?:sk|at|c[tv])_[0-9A-Za-z]{42}$/.test(key) ||
        !key.startsWith(prefix) ||
        withChecksum(key.slice(0, -6)) !== key ||
        !isWellFormed(prefix, key)
    )
    assert.deepStrictEqual(wrong, [])
  }
})

it("each of the 36 places of a body is uniform over the alphabet", () => {
  const places = Array.from({ length: 36 }, () => Array.from(alphabet, () => 0))
  const total = Array.from(alphabet, () => 0)
  for (const key of minted("vendo_sk_", many)) {
    for (const [place, counts] of places.entries()) {
      const letter = alphabet.indexOf(key.charAt("vendo_sk_".length + place))
      counts[letter] = (counts[letter] ?? 0) + 1
      total[letter] = (total[letter] ?? 0) + 1
    }
  }
  // 61 degrees of freedom: beyond this by chance once in ten million.
  assert.isBelow(chiSquare(total), 135)
  places.forEach((counts, place) => assert.isBelow(chiSquare(counts), 135, `place ${place}`))
})

it.effect("no change of a single character passes", () =>
  seeded(
    Effect.gen(function* () {
      const passed: Array<string> = []
      let tried = 0
      for (const key of minted("vendo_sk_", 2_000)) {
        for (let i = 0; i < 50; i++) {
          const at = yield* Random.nextIntBetween(0, key.length - 1)
          const step = yield* Random.nextIntBetween(1, 61)
          const other = alphabet.charAt((alphabet.indexOf(key.charAt(at)) + step) % 62)
          const changed = key.slice(0, at) + other + key.slice(at + 1)
          if (changed !== key) tried++
          if (isWellFormed("vendo_sk_", changed)) passed.push(`${key} ${changed}`)
        }
      }
      assert.deepStrictEqual(passed, [])
      assert.strictEqual(tried, 100_000)
    })
  )
)

it("no swap of two neighbours that differ passes", () => {
  const passed: Array<string> = []
  let tried = 0
  for (const key of minted("vendo_sk_", 2_000)) {
    for (let at = 0; at + 1 < key.length; at++) {
      const [left, right] = [key.charAt(at), key.charAt(at + 1)]
      if (left === right) continue
      tried++
      const changed = key.slice(0, at) + right + left + key.slice(at + 2)
      if (isWellFormed("vendo_sk_", changed)) passed.push(`${key} ${changed}`)
    }
  }
  assert.deepStrictEqual(passed, [])
  assert.isAbove(tried, 90_000)
})

it("a key is refused under another prefix, in another length or case, or with anything around it", () => {
  for (const key of minted("vendo_sk_", 1_000)) {
    const body = key.slice("vendo_sk_".length)
    const others = [
      "",
      body,
      `vendo_at_${body}`,
      `VENDO_SK_${body}`,
      key.slice(0, -1),
      key.slice(1),
      `${key}0`,
      `${key}${key}`,
      key.toUpperCase(),
      key.toLowerCase(),
      ` ${key}`,
      `${key} `,
      `${key}\n`,
      `\t${key}`,
      `${key}\0`,
      `"${key}"`,
      `Bearer ${key}`,
      `${key.slice(0, 20)}-${key.slice(21)}`,
      `${key.slice(0, 20)}é${key.slice(21)}`
    ]
    assert.deepStrictEqual(
      others.filter((other) => isWellFormed("vendo_sk_", other)),
      []
    )
    assert.isFalse(isWellFormed("vendo_at_", key))
  }
})

it("a right checksum does not make up for a wrong shape", () => {
  const body = Redacted.value(mint("vendo_sk_")).slice("vendo_sk_".length, -6)
  assert.isTrue(isWellFormed("vendo_sk_", withChecksum(`vendo_sk_${body}`)))
  const others = [
    "",
    body,
    "vendo_sk_",
    `vendo_sk_${body.slice(1)}`,
    `vendo_sk_${body}0`,
    `vendo_sk_${body.slice(1)}-`,
    `vendo_sk_${body.slice(1)}é`,
    `vendo_at_${body}`,
    `vendo_pk_${body}`,
    `Vendo_sk_${body}`,
    ` vendo_sk_${body}`,
    `\nvendo_sk_${body}`,
    `vendo_sk_${body}`.repeat(2)
  ]
  assert.deepStrictEqual(
    others.filter((other) => isWellFormed("vendo_sk_", withChecksum(other))),
    []
  )
})

it("a hint shows the prefix and four characters, and a printed key shows none", () => {
  for (const prefix of prefixes) {
    const key = mint(prefix)
    const text = Redacted.value(key)
    assert.strictEqual(hint(key, prefix), text.slice(0, prefix.length + 4))
    assert.notInclude(`${String(key)} ${JSON.stringify({ key })}`, text.slice(prefix.length, prefix.length + 4))
  }
})
