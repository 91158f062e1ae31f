import { assert, it } from "@effect/vitest"
import { Option } from "effect"
import { diagnose } from "@vendodev/broker/manage/Doctor"

const nothing = { maskingIsOn: Option.none(), tokensAreMasked: Option.none() }

it("what Composio shows counts for more than what its setting says", () => {
  for (const [setting, shown, masking] of [
    [undefined, undefined, "unknown"],
    [true, undefined, "masked"],
    [false, undefined, "plain"],
    [undefined, true, "masked"],
    [undefined, false, "plain"],
    [false, true, "masked"],
    [true, false, "plain"]
  ] as const) {
    const found = diagnose({
      key: "accepted",
      maskingIsOn: Option.fromUndefinedOr(setting),
      tokensAreMasked: Option.fromUndefinedOr(shown)
    })
    assert.deepInclude(found, { configured: true, reachable: true, key: "accepted", masking }, `${setting} ${shown}`)
  }
})

it("a key that is missing, can not be used, is refused, or meets silence is told apart", () => {
  const found = (["missing", "unusable", "refused", "silent"] as const).map((key) => diagnose({ key, ...nothing }))
  assert.deepStrictEqual(
    found.map(({ configured, key, masking, reachable }) => [configured, reachable, key, masking]),
    [
      [false, false, "unknown", "unknown"],
      [true, false, "unknown", "unknown"],
      [true, true, "refused", "unknown"],
      [true, false, "unknown", "unknown"]
    ]
  )
  assert.strictEqual(new Set(found.map(({ detail }) => detail)).size, 4)
})
