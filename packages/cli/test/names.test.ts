import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { type Candidate, pick } from "../src/names.ts"

const wanted = (name: string) =>
  ({ noun: "app", name, list: "vendo app list", create: "vendo app create <slug>" }) as const

const candidate = (id: string, slug: string, name: string): Candidate<string> => ({
  id,
  names: [slug, name],
  label: slug,
  value: id
})

it.effect("an id wins over a slug, and a slug over a display name", () =>
  Effect.gen(function* () {
    const among = [candidate("1", "bot", "2"), candidate("2", "shop", "bot"), candidate("3", "1", "Shop")]
    assert.strictEqual(yield* pick(wanted("1"), among), "1")
    assert.strictEqual(yield* pick(wanted("bot"), among), "1")
    assert.strictEqual(yield* pick(wanted("Shop"), among), "3")
  })
)

it.effect("a name that two things share is refused, and both are named so that they can be told apart", () =>
  Effect.gen(function* () {
    const among = [candidate("1", "bot", "Bot"), candidate("2", "bot", "Bot"), candidate("3", "shop", "Shop")]
    const failure = yield* Effect.flip(pick(wanted("bot"), among))
    assert.strictEqual(failure.code, "name_ambiguous")
    assert.include(failure.detail, "bot (1), bot (2)")
    assert.notInclude(failure.detail, "shop")
    assert.include(failure.fix, "vendo app list")
  })
)

it.effect("an unknown name is answered with what there is and the command to run next", () =>
  Effect.gen(function* () {
    const failure = yield* Effect.flip(pick(wanted("nope"), [candidate("1", "bot", "Bot")]))
    assert.strictEqual(failure.exit, 1)
    assert.strictEqual(failure.detail, `no app is called "nope"; there is: bot`)
    assert.include(failure.fix, "vendo app list")
    const empty = yield* Effect.flip(pick<string>(wanted("nope"), []))
    assert.include(empty.fix, "vendo app create <slug>")
  })
)

it.effect("a secret in place of a name is not repeated", () =>
  Effect.gen(function* () {
    const secret = "10:AAEhunter2hunter2"
    for (const among of [
      [candidate("1", "bot", "Bot")],
      [candidate("1", secret, "Bot"), candidate("2", secret, "Bot")]
    ]) {
      const { detail } = yield* Effect.flip(
        pick(
          wanted(secret),
          among.map((one) => ({ ...one, label: "bot" }))
        )
      )
      assert.notInclude(detail, "hunter2")
    }
  })
)

it.effect("what has lost its names is found by its id alone, and never proposed", () =>
  Effect.gen(function* () {
    const among: ReadonlyArray<Candidate<string>> = [
      { ...candidate("1", "bot", "Bot"), names: [] },
      candidate("2", "bot", "Bot")
    ]
    assert.strictEqual(yield* pick(wanted("bot"), among), "2")
    assert.strictEqual(yield* pick(wanted("1"), among), "1")
    const failure = yield* Effect.flip(pick(wanted("nope"), among))
    assert.strictEqual(failure.detail, `no app is called "nope"; there is: bot`)
  })
)

it.effect("a long list is cut, and says so", () =>
  Effect.gen(function* () {
    const among = Array.from({ length: 25 }, (_, at) => candidate(String(at), `bot-${at}`, "Bot"))
    const { detail } = yield* Effect.flip(pick(wanted("nope"), among))
    assert.match(detail, /bot-19 and 5 more$/)
  })
)
