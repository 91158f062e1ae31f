import { assert, it } from "@effect/vitest"
import { isMasked, isPlaceholder, isPresentable } from "@vendodev/broker/upstream/masked"

const long = "k".repeat(40)

it("a masked value is known by its look, whatever it stands for", () => {
  const masked = [
    "REDACTED",
    "redacted",
    "[REDACTED]",
    "<redacted>",
    "ya29...",
    "8549...",
    "xoxb-123...",
    "...",
    "....",
    "abcdefgh...",
    "ya29…",
    "*",
    "***",
    "********************",
    "xxxxxxxxxxxxxxxxxxxx",
    "XXXXX",
    "••••••••",
    "..*x•"
  ]
  for (const value of masked) {
    assert.isTrue(isMasked(value, { oauth: true }), `${value} of OAuth`)
    assert.isTrue(isMasked(value, { oauth: false }), value)
  }
})

it("a secret is not taken for a masked one", () => {
  const secrets = [
    long,
    "abcdefghi...",
    "ya29...continued",
    "REDACTED-no-more",
    "xoxb-123456-abcdef",
    "xxxxxxxxxxxxxxxxy",
    "1234567890..",
    "*secret*secret*"
  ]
  for (const value of secrets) {
    assert.isFalse(isMasked(value, { oauth: true }), `${value} of OAuth`)
    assert.isFalse(isMasked(value, { oauth: false }), value)
  }
})

it("shortness tells a masked OAuth token, and says nothing about an API key", () => {
  for (const value of ["abcdefgh", "12345678901"]) {
    assert.isTrue(isMasked(value, { oauth: true }))
    assert.isFalse(isMasked(value, { oauth: false }))
  }
  assert.isFalse(isMasked("123456789012", { oauth: true }))
  assert.isFalse(isMasked("", { oauth: true }))
})

it("what a program writes for a missing value is no token", () => {
  for (const word of [
    "null",
    "undefined",
    "NaN",
    "true",
    "FALSE",
    "None",
    " null ",
    "[object Object]",
    "access_token"
  ]) {
    assert.isTrue(isPlaceholder(word), word)
  }
  for (const value of [long, "nullable-token-1234", "undefined0"]) assert.isFalse(isPlaceholder(value), value)
})

it("a token is 8 to 16384 visible ASCII characters", () => {
  for (const value of ["k".repeat(8), "k".repeat(16_384), "!~!~!~!~"]) assert.isTrue(isPresentable(value))
  const others = [
    "",
    "k".repeat(7),
    "k".repeat(16_385),
    "with space 12",
    "line\nbreak12",
    "line12345\n",
    "nul\0l12345",
    "töken12345"
  ]
  for (const value of others) assert.isFalse(isPresentable(value), JSON.stringify(value.slice(0, 20)))
})
