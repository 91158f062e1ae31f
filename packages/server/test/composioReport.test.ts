import { assert, it } from "@effect/vitest"
import { Effect, Logger, Option } from "effect"
import type { ComposioCheck } from "@vendodev/broker/upstream/composioCheck"
import { say } from "@vendodev/server/composioReport"

/** What is said of a check, and how loud. */
const said = Effect.fnUntraced(function* (check: ComposioCheck) {
  const lines: Array<readonly [level: string, message: string]> = []
  const keep = Logger.make(({ logLevel, message }) => void lines.push([logLevel, String(message)]))
  yield* Effect.provide(say(check), Logger.layer([keep]))
  assert.strictEqual(lines.length, 1)
  return lines[0] ?? ["", ""]
})

const unknown = Option.none<boolean>()
const accepted = (tokensAreMasked: Option.Option<boolean>, maskingIsOn: Option.Option<boolean>): ComposioCheck => ({
  key: "accepted",
  tokensAreMasked,
  maskingIsOn
})

it.effect("Masked tokens are a warning, by what an account shows before what the project says", () =>
  Effect.gen(function* () {
    const [yes, no] = [Option.some(true), Option.some(false)]
    const cases: ReadonlyArray<readonly [ComposioCheck, string, RegExp]> = [
      [accepted(yes, yes), "Warn", /masks the tokens .*`vendo doctor`/],
      [accepted(yes, no), "Warn", /masks the tokens/],
      [accepted(yes, unknown), "Warn", /masks the tokens/],
      [accepted(unknown, yes), "Warn", /masks the tokens/],
      [accepted(no, yes), "Info", /shows tokens/],
      [accepted(no, no), "Info", /shows tokens/],
      [accepted(no, unknown), "Info", /shows tokens/],
      [accepted(unknown, no), "Info", /shows tokens/],
      [accepted(unknown, unknown), "Info", /the first active account will tell/]
    ]
    for (const [check, level, message] of cases) {
      const [how, what] = yield* said(check)
      assert.strictEqual(how, level, what)
      assert.match(what, message)
    }
  })
)

it.effect("A key that is of no use is a warning that says what to do", () =>
  Effect.gen(function* () {
    const remedies = {
      refused: "COMPOSIO_API_KEY",
      silent: "COMPOSIO_BASE_URL",
      unusable: "COMPOSIO_BASE_URL"
    } as const
    for (const key of ["refused", "silent", "unusable"] as const) {
      const [level, message] = yield* said({ key, tokensAreMasked: unknown, maskingIsOn: unknown })
      assert.strictEqual(level, "Warn")
      assert.include(message, remedies[key])
    }
  })
)
