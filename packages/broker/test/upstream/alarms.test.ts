import { assert, it } from "@effect/vitest"
import { Effect, Logger, Option } from "effect"
import { TestClock } from "effect/testing"
import { ComposioClient } from "@vendodev/broker/upstream/ComposioClient"
import { ComposioAccountId } from "@vendodev/domain/Ids"
import { broken, type Script, scripted, status } from "./fixtures/scripted.ts"
import { active, atOnce } from "./fixtures/upstream.ts"

/** What an operator is told while a script is asked as often as it says. */
const told = (script: Script, times: number, between: Effect.Effect<void> = Effect.void) =>
  Effect.gen(function* () {
    const lines: Array<readonly [level: string, text: string]> = []
    const logger = Logger.make(({ logLevel, message }) => void lines.push([logLevel, String(message)]))
    yield* Effect.gen(function* () {
      const client = yield* ComposioClient
      for (let count = 0; count < times; count += 1) {
        yield* Effect.ignore(client.fetch(ComposioAccountId.make("ca_test"), Option.none()))
        yield* between
      }
    }).pipe(Effect.provide([scripted(script).layer, Logger.layer([logger])]), atOnce)
    return lines
  })

const says = (body: unknown) => Effect.sync(() => Response.json(body))

it.effect("what only an operator can mend is an alarm, once a minute and at the level of errors", () =>
  Effect.gen(function* () {
    const rows: ReadonlyArray<readonly [Script, RegExp]> = [
      [() => status(401), /COMPOSIO_API_KEY/],
      [() => status(403), /COMPOSIO_API_KEY/],
      [() => status(410), /version of its API/],
      [() => broken("ENOTFOUND"), /can not be resolved/],
      [() => broken("CERT_HAS_EXPIRED"), /certificate/],
      [() => says(active({ top: { status: "NEWER" } })), /status this release does not know/],
      [() => says(active({ top: { id: "ca_other" } })), /another account/],
      [() => says(active({ val: { access_token: "ya29..." } })), /masks tokens/]
    ]
    for (const [script, text] of rows) {
      const lines = yield* told(script, 5)
      assert.deepStrictEqual(
        lines.map(([level]) => level),
        ["Error"]
      )
      assert.match(lines[0]?.[1] ?? "", text)
      assert.strictEqual((yield* told(script, 7, TestClock.adjust("20 seconds"))).length, 3)
    }
  })
)

it.effect("one alarm does not drown another", () =>
  Effect.gen(function* () {
    const lines = yield* told((call) => status(call % 2 === 0 ? 401 : 410), 10)
    assert.strictEqual(lines.length, 2)
  })
)

it.effect("a host that is left alone is an alarm", () =>
  Effect.gen(function* () {
    const lines = yield* told(() => status(500, { "x-should-retry": "false" }), 40)
    assert.deepStrictEqual(lines, [["Error", "Composio fails too often and is left alone for a while"]])
  })
)

it.effect("what concerns one account is no alarm", () =>
  Effect.gen(function* () {
    const scripts: ReadonlyArray<Script> = [
      () => status(404),
      () => status(422),
      () => status(429, { "retry-after": "600" }),
      () => status(501),
      () => says(active({ top: { status: "EXPIRED" } })),
      () => says(active({ val: { access_token: null } })),
      () => says([])
    ]
    for (const script of scripts) assert.deepStrictEqual(yield* told(script, 3), [])
  })
)
