import { assert, it } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import { type Evidence, type Known, type Life, lifeOf } from "@vendodev/broker/upstream/tokenLife"
import { between, seeded } from "./fixtures/seeded.ts"

const now = 1_767_268_800_000
const untold = 50 * 60
const tenYears = 10 * 366 * 24 * 3600

/** Everything in seconds; ends and changes are counted from now. */
interface Said {
  readonly ends?: ReadonlyArray<number>
  readonly lifetime?: number
  readonly changed?: number
  readonly elapsed?: number
  readonly same?: { readonly left?: number | undefined; readonly age?: number }
  readonly other?: { readonly left?: number; readonly age: number }
}

const seconds = (value: number | undefined) => Option.map(Option.fromNullishOr(value), Duration.seconds)

const life = ({ changed, elapsed = 0, ends = [], lifetime, other, same }: Said) => {
  const evidence: Evidence = {
    endsAt: ends.map((left) => now + left * 1000),
    lifetime: Option.fromNullishOr(lifetime),
    changedAt: Option.map(Option.fromNullishOr(changed), (at) => now + at * 1000),
    now
  }
  const before = same ?? other
  const known: Option.Option<Known> =
    before === undefined
      ? Option.none()
      : Option.some({
          sameToken: same !== undefined,
          validFor: seconds(before.left),
          age: Duration.seconds(before.age ?? 10)
        })
  return lifeOf(evidence, known, Duration.seconds(elapsed))
}

/** [valid for, fresh for] in seconds; null when no end is known, "over" when there is nothing to serve. */
const shown = (found: Option.Option<Life>) =>
  Option.match(found, {
    onNone: () => "over",
    onSome: ({ freshFor, validFor }) => [
      Option.getOrNull(Option.map(validFor, Duration.toSeconds)),
      Duration.toSeconds(freshFor)
    ]
  })

const table = (rows: ReadonlyArray<readonly [Said, "over" | readonly [number | null, number]]>) => {
  for (const [said, expected] of rows) assert.deepEqual<unknown>(shown(life(said)), expected, JSON.stringify(said))
}

it("without any word of an end a token is kept for fifty minutes from the start of the call", () =>
  table([
    [{}, [null, untold]],
    [{ elapsed: 8 }, [null, untold - 8]],
    [{ changed: -999_999 }, [null, untold]]
  ]))

it("an end that is told is kept to, less a minute", () =>
  table([
    [{ ends: [3600] }, [3600, 3540]],
    [{ ends: [7 * 24 * 3600] }, [7 * 24 * 3600, 7 * 24 * 3600 - 60]],
    [{ ends: [3600], elapsed: 4 }, [3596, 3536]],
    [{ ends: [3600, 600] }, [600, 540]],
    [{ ends: [600, 3600] }, [600, 540]],
    [{ ends: [600], lifetime: 3600 }, [600, 540]],
    [{ ends: [3600], lifetime: 600 }, [600, 540]]
  ]))

it("in its last minute a token is kept for two seconds, and in its last five it is not served", () =>
  table([
    [{ ends: [61] }, [61, 1]],
    [{ ends: [60.5] }, [60.5, 0.5]],
    [{ ends: [60] }, [60, 2]],
    [{ ends: [59] }, [59, 2]],
    [{ ends: [7] }, [7, 2]],
    [{ ends: [6] }, [6, 1]],
    [{ ends: [5.25] }, [5.25, 0.25]],
    [{ ends: [5] }, "over"],
    [{ ends: [1] }, "over"],
    [{ ends: [0] }, "over"],
    [{ ends: [-3600] }, "over"],
    [{ ends: [9], elapsed: 4 }, "over"],
    [{ ends: [64], elapsed: 4 }, [60, 2]],
    [{ ends: [-1, 3600] }, "over"]
  ]))

it("an end more than ten years away is an error, and not an end", () =>
  table([
    [{ ends: [tenYears + 24 * 3600] }, [null, untold]],
    [{ ends: [1e12] }, [null, untold]],
    [{ ends: [1e12, 600] }, [600, 540]],
    [{ ends: [tenYears - 3600] }, [tenYears - 3600, tenYears - 3660]]
  ]))

it("a lifetime counts from the last change, which is never later than now", () =>
  table([
    [{ lifetime: 3600 }, [3600, untold]],
    [{ lifetime: 3600, changed: -1000 }, [2600, 2540]],
    [{ lifetime: 3600, changed: 1000 }, [3600, untold]],
    [{ lifetime: 600, changed: 0, elapsed: 3 }, [597, 537]],
    [{ lifetime: 60, changed: 0 }, [60, 2]],
    [{ lifetime: 6, changed: 0 }, [6, 1]]
  ]))

it("what was only reckoned is not believed for more than fifty minutes", () =>
  table([
    [{ lifetime: 24 * 3600 }, [24 * 3600, untold]],
    [{ lifetime: 24 * 3600, elapsed: 5 }, [24 * 3600 - 5, untold - 5]],
    [{ lifetime: 24 * 3600, ends: [12 * 3600] }, [12 * 3600, 12 * 3600 - 60]],
    [{ lifetime: 12 * 3600, ends: [24 * 3600] }, [12 * 3600, untold]]
  ]))

it("a reckoning that says it is over is wrong, for the upstream calls the account active", () =>
  table([
    [{ lifetime: 3600, changed: -3600 }, [null, 2]],
    [{ lifetime: 3600, changed: -3595 }, [null, 2]],
    [{ lifetime: 3600, changed: -3594 }, [6, 1]],
    [{ lifetime: 3600, changed: -999_999 }, [null, 2]],
    [{ lifetime: 3, changed: 0 }, [null, 2]],
    [{ lifetime: 9, changed: 0, elapsed: 5 }, [null, 2]],
    [{ lifetime: 3600, changed: -999_999, ends: [1800] }, [1800, 1740]]
  ]))

it("another token than before was issued after the last look at that", () =>
  table([
    [{ lifetime: 3600, changed: -999_999, other: { age: 600 } }, [3000, 2940]],
    [{ lifetime: 3600, changed: -100, other: { age: 600 } }, [3500, untold]],
    [{ lifetime: 3600, changed: -999_999, other: { age: 3600 } }, [null, 2]],
    [{ lifetime: 3600, changed: -999_999, other: { age: 999_999 } }, [null, 2]],
    [{ ends: [600], other: { age: 5, left: 1 } }, [600, 540]],
    [{ other: { age: 5, left: -100 } }, [null, untold]]
  ]))

it("the same token as before lives longer than was known only where its end is told", () =>
  table([
    [{ ends: [3600], same: { left: 600 } }, [3600, 3540]],
    [{ ends: [3600], same: { left: 4 } }, [3600, 3540]],
    [{ ends: [600], same: { left: 3600 } }, [600, 540]],
    [{ lifetime: 3600, changed: 0, same: { left: 600 } }, [600, 540]],
    [{ same: { left: 600 } }, [600, 540]],
    [{ same: { left: 12 * 3600 } }, [12 * 3600, untold]],
    [{ same: { left: 60 } }, [60, 2]],
    [{ same: { left: 600 }, elapsed: 2 }, [598, 538]],
    [{ lifetime: 3600, changed: -999_999, same: { left: 600 } }, [600, 540]]
  ]))

it("the same token as before is over when it was to be over", () =>
  table([
    [{ same: { left: 5 } }, "over"],
    [{ same: { left: 0 } }, "over"],
    [{ same: { left: -600 } }, "over"],
    [{ lifetime: 3600, changed: 0, same: { left: 4 } }, "over"],
    [{ same: { left: 8 }, elapsed: 4 }, "over"]
  ]))

it("of the same token what was not known stays so, until it is told", () =>
  table([
    [{ same: {} }, [null, untold]],
    [{ ends: [600], same: {} }, [600, 540]],
    [{ lifetime: 3600, changed: -1000, same: {} }, [2600, 2540]],
    [{ lifetime: 3600, changed: -999_999, same: { age: 1 } }, [null, 2]]
  ]))

it.effect("whatever is said, what is served outlasts its welcome by nothing", () =>
  seeded(
    Effect.gen(function* () {
      for (let round = 0; round < 20_000; round += 1) {
        const some = Effect.fnUntraced(function* (least: number, most: number) {
          return (yield* between(0, 2)) === 0 ? undefined : yield* between(least, most)
        })
        const end = yield* some(-100, 8000)
        const lifetime = yield* some(1, 8000)
        const changed = yield* some(-8000, 100)
        const before = { left: yield* some(-100, 8000), age: yield* between(0, 8000) }
        const known = yield* between(0, 3)
        const elapsed = yield* between(0, 10)
        const said: Said = {
          ends: end === undefined ? [] : [end],
          elapsed,
          ...(lifetime === undefined ? {} : { lifetime }),
          ...(changed === undefined ? {} : { changed }),
          ...(known === 1 ? { same: before } : {}),
          ...(known === 2 ? { other: { age: before.age } } : {})
        }
        const found = life(said)
        const why = JSON.stringify(said)
        const ends = [
          ...(end === undefined ? [] : [end]),
          ...(known === 1 && end === undefined && before.left !== undefined ? [before.left] : [])
        ]
        const left = Math.min(...ends) - elapsed
        if (left <= 5) {
          assert.isTrue(Option.isNone(found), why)
          continue
        }
        if (Option.isNone(found)) return assert.fail(why)
        const { freshFor, validFor } = found.value
        const fresh = Duration.toSeconds(freshFor)
        assert.isTrue(fresh > 0, why)
        if (Option.isNone(validFor)) {
          assert.strictEqual(ends.length, 0, why)
          assert.isTrue(fresh <= untold, why)
          continue
        }
        const valid = Duration.toSeconds(validFor.value)
        assert.isTrue(valid > 5 && valid <= left, why)
        assert.isTrue(fresh <= (valid > 60 ? valid - 60 : 2) && fresh <= valid - 5, why)
      }
    })
  )
)
