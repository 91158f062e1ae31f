import { assert, it } from "@effect/vitest"
import { DateTime, Effect } from "effect"
import { TestClock } from "effect/testing"
import { expiry } from "../src/expiry.ts"

const at = (now: string) => TestClock.setTime(DateTime.makeUnsafe(now).epochMilliseconds)

it.effect("a duration counts from now", () =>
  Effect.gen(function* () {
    yield* at("2030-01-01T00:00:00Z")
    const meant = {
      "90m": "2030-01-01T01:30",
      "12h": "2030-01-01T12:00",
      "30d": "2030-01-31T00:00",
      "2w": "2030-01-15T00:00"
    }
    for (const [text, instant] of Object.entries(meant)) {
      assert.strictEqual(DateTime.formatIso(yield* expiry(text)), `${instant}:00.000Z`)
    }
  })
)

it.effect("a date is its first instant in UTC, and a time says its zone, wherever the tool runs", () =>
  Effect.gen(function* () {
    yield* at("2030-01-01T00:00:00Z")
    assert.strictEqual(DateTime.formatIso(yield* expiry("2031-01-31")), "2031-01-31T00:00:00.000Z")
    assert.strictEqual(DateTime.formatIso(yield* expiry("2031-01-31T12:00+02:00")), "2031-01-31T10:00:00.000Z")
    assert.strictEqual((yield* Effect.flip(expiry("2031-01-31T12:00"))).code, "usage")
  })
)

it.effect("what is neither, or has passed, is refused with an example to follow", () =>
  Effect.gen(function* () {
    yield* at("2030-01-01T00:00:00Z")
    for (const text of [
      "",
      "soon",
      "30",
      "0d",
      "-1d",
      "1y",
      "30 days",
      "2031-13-01",
      "2031-02-30T00:00Z",
      "2029-12-31",
      "2030-01-01"
    ]) {
      const failure = yield* Effect.flip(expiry(text))
      assert.strictEqual(failure.exit, 2, text)
      assert.match(failure.fix, /30d/)
    }
  })
)
