import { assert, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Fiber, Option, Redacted } from "effect"
import { TestClock } from "effect/testing"
import type { PreviousToken } from "@vendodev/broker/upstream/UpstreamToken"
import { type Script, scripted, status } from "./fixtures/scripted.ts"
import { active, atOnce, fetch, previousOf, quietly, token } from "./fixtures/upstream.ts"

const today = Date.UTC(2026, 0, 1, 12)
const iso = (at: number) => new Date(at).toISOString()

interface Said {
  readonly val?: Record<string, unknown>
  readonly changed?: number
  /** What the upstream's clock says; nothing when it does not say. */
  readonly date?: number | string
}

const answer = ({ changed, date = today, val }: Said) => {
  const body = active({ top: changed === undefined ? {} : { updated_at: iso(changed) }, val: val ?? {} })
  const said = typeof date === "string" ? date : new Date(date).toUTCString()
  return Effect.sync(() => Response.json(body, { headers: { date: said } }))
}

/** [told end, valid for, fresh for] of what a script gives, once the time it takes has passed. */
const given = (script: Script, previous?: PreviousToken) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(Effect.result(fetch(Option.fromUndefinedOr(previous))))
    yield* TestClock.adjust("10 seconds")
    const found = yield* Fiber.join(fiber)
    if (found._tag === "Failure") return found.failure.verdict
    const { expiresAt, freshFor, token: given, validFor } = found.success
    assert.strictEqual(Redacted.value(given), token)
    return [
      Option.getOrNull(Option.map(expiresAt, DateTime.formatIso)),
      Option.getOrNull(Option.map(validFor, Duration.toSeconds)),
      Duration.toSeconds(freshFor)
    ]
  }).pipe(Effect.provide(scripted(script).layer), atOnce, quietly)

const hour = 3600 * 1000

it.effect("a wrong clock of ours changes nothing, for the upstream's own is taken", () =>
  Effect.gen(function* () {
    for (const ours of [0, today - 24 * hour, today, today + 24 * hour]) {
      yield* TestClock.setTime(ours)
      const expected = [iso(today + hour), 3600, 3540]
      assert.deepStrictEqual(yield* given(() => answer({ val: { expires_at: iso(today + hour) } })), expected)
      assert.deepStrictEqual(yield* given(() => answer({ changed: today })), [iso(today + hour), 3600, 3000])
    }
  })
)

it.effect("without a clock of the upstream's, ours is taken", () =>
  Effect.gen(function* () {
    yield* TestClock.setTime(today)
    for (const date of ["", "soon", "2026-01-01T12:00:00Z"]) {
      const at = yield* TestClock.testClockWith((clock) => clock.currentTimeMillis)
      const found = yield* given(() => answer({ date, val: { expires_at: iso(at + hour) } }))
      assert.deepStrictEqual(found, [iso(at + hour), 3600, 3540], date)
    }
  })
)

it.effect("the time an answer takes is not given to the token", () =>
  Effect.gen(function* () {
    const late =
      (said: Said): Script =>
      () =>
        Effect.andThen(Effect.sleep("4 seconds"), answer(said))
    const end = iso(today + hour)
    assert.deepStrictEqual(yield* given(late({ val: { expires_at: end } })), [end, 3596, 3536])
    assert.deepStrictEqual(yield* given(late({ val: { expires_in: 3600 } })), [end, 3596, 2996])
    assert.deepStrictEqual(yield* given(late({ val: { expires_in: null } })), [null, null, 2996])
    assert.strictEqual(yield* given(late({ val: { expires_at: iso(today + 9000) } })), "faulty")
  })
)

it.effect("the time attempts took before is not given to it either, nor taken from it twice", () =>
  Effect.gen(function* () {
    const second =
      (said: Said): Script =>
      (call) =>
        call === 1 ? Effect.andThen(Effect.sleep("4 seconds"), status(500)) : answer(said)
    const end = iso(today + hour)
    assert.deepStrictEqual(yield* given(second({ val: { expires_at: end } })), [end, 3600, 3540])
    const known = previousOf(token, { age: Duration.minutes(1), validFor: Option.some(Duration.minutes(10)) })
    assert.deepStrictEqual(yield* given(second({ val: { expires_in: null } }), known), [iso(today + 596_000), 596, 536])
  })
)

it.effect("what the upstream says of an end is read in each of its spellings", () =>
  Effect.gen(function* () {
    const end = today + hour
    const jwt = `e30.${Buffer.from(JSON.stringify({ exp: end / 1000 })).toString("base64url")}.c2ln`
    const told = [iso(end), 3600, 3540]
    const rows: ReadonlyArray<readonly [val: Record<string, unknown>, expected: unknown]> = [
      [{ expires_in: 3600 }, [iso(end), 3600, 3000]],
      [{ expires_in: "3600" }, [iso(end), 3600, 3000]],
      [{ expires_in: null }, [null, null, 3000]],
      [{ expires_in: undefined }, [null, null, 3000]],
      [{ expires_in: 0 }, [null, null, 3000]],
      [{ expires_in: -1 }, [null, null, 3000]],
      [{ expires_in: "NaN" }, [null, null, 3000]],
      [{ expires_in: {} }, [null, null, 3000]],
      [{ expires_in: true }, [null, null, 3000]],
      [{ expires_in: 1e12 }, [null, null, 3000]],
      [{ expires_in: 61 }, [iso(today + 61_000), 61, 1]],
      [{ expires_in: 60 }, [iso(today + 60_000), 60, 2]],
      [{ expires_in: 59 }, [iso(today + 59_000), 59, 2]],
      [{ expires_at: iso(end) }, told],
      [{ expires_at: iso(end).replace("Z", "") }, told],
      [{ expires_at: iso(end).replace("Z", "+00:00") }, told],
      [{ expires_at: end }, told],
      [{ expires_at: end / 1000 }, told],
      [{ expires_at: String(end / 1000) }, told],
      [{ expires_at: "1/1/2026 13:00" }, [iso(end), 3600, 3000]],
      [{ expires_at: iso(today - 1) }, "faulty"],
      [{ expires_at: iso(today + 5000) }, "faulty"],
      [{ expires_at: iso(today + 6000) }, [iso(today + 6000), 6, 1]],
      [{ expires_at: iso(end), expires_in: 600 }, [iso(today + 600_000), 600, 540]],
      [{ expires_at: iso(today + 600_000) }, [iso(today + 600_000), 600, 540]]
    ]
    for (const [val, expected] of rows) {
      assert.deepEqual(yield* given(() => answer({ val })), expected, JSON.stringify(val))
    }
    const script: Script = () => answer({ val: { access_token: jwt, expires_in: 7200 } })
    const { layer } = scripted(script)
    const found = yield* fetch().pipe(Effect.provide(layer))
    assert.deepStrictEqual(Option.map(found.expiresAt, DateTime.formatIso), Option.some(iso(end)))
  })
)

it.effect("the token before tells an old one from a new one whose account did not change", () =>
  Effect.gen(function* () {
    const stale: Script = () => answer({ changed: today - 24 * hour })
    assert.deepStrictEqual(yield* given(stale), [null, null, 2])
    const other = previousOf("ya29.the-one-before-012345", { age: Duration.minutes(10) })
    assert.deepStrictEqual(yield* given(stale, other), [iso(today + 50 * 60_000), 3000, 2940])
    const ended = previousOf(token, { age: Duration.hours(1), validFor: Option.some(Duration.seconds(-3)) })
    assert.strictEqual(yield* given(stale, ended), "faulty")
    assert.strictEqual(yield* given(() => answer({ changed: today }), ended), "faulty")
    const unknown = previousOf(token, { age: Duration.hours(1) })
    assert.deepStrictEqual(yield* given(stale, unknown), [null, null, 2])
  })
)
