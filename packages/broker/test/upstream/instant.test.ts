import { assert, it } from "@effect/vitest"
import { Option } from "effect"
import { expiryOfJwt, instant, lifetime } from "@vendodev/broker/upstream/instant"

const noon = 1_767_268_800_000 // 2026-01-01T12:00:00Z

const jwtOf = (payload: string) => `eyJhbGciOiJub25lIn0.${Buffer.from(payload).toString("base64url")}.c2lnbmF0dXJl`

it("a point in time is read alike wherever we run", () => {
  const zone = process.env["TZ"]
  const cases = [
    ["2026-01-01T12:00:00Z", noon],
    ["2026-01-01t12:00:00z", noon],
    ["2026-01-01T12:00:00.000Z", noon],
    ["2026-01-01T12:00:00.123456Z", noon + 123],
    ["2026-01-01T12:00Z", noon],
    ["2026-01-01T12:00:00", noon],
    ["2026-01-01 12:00:00", noon],
    [" 2026-01-01T12:00:00 ", noon],
    ["2026-01-01T14:00:00+02:00", noon],
    ["2026-01-01T14:00:00+0200", noon],
    ["2026-01-01T07:00:00-05:00", noon],
    ["2026-01-01", noon - 12 * 3_600_000],
    [noon, noon],
    [noon / 1000, noon],
    [String(noon), noon],
    [String(noon / 1000), noon]
  ] as const
  try {
    for (const place of ["UTC", "America/New_York", "Asia/Kathmandu"]) {
      process.env["TZ"] = place
      for (const [written, at] of cases)
        assert.deepStrictEqual(instant(written), Option.some(at), `${place} ${written}`)
    }
  } finally {
    if (zone === undefined) delete process.env["TZ"]
    else process.env["TZ"] = zone
  }
})

it("what is no point in time is none", () => {
  const others = [
    "",
    "soon",
    "01/02/2026 12:00",
    "1.2.2026",
    "Thu, 01 Jan 2026 12:00:00 GMT",
    "2026-13-01T00:00:00Z",
    "2026-01-01T25:00:00Z",
    "2026-01-01T12:00:00 CET",
    "-5",
    "0",
    0,
    -1,
    NaN,
    Infinity,
    -Infinity
  ]
  for (const written of others) assert.deepStrictEqual(instant(written), Option.none(), String(written))
})

it("a lifetime is a number of seconds, or text of one, up to ten years", () => {
  for (const [written, seconds] of [
    [3600, 3600],
    ["3600", 3600],
    [" 3600 ", 3600],
    ["3599.5", 3599.5],
    [0.5, 0.5],
    [315_360_000, 315_360_000]
  ] as const) {
    assert.deepStrictEqual(lifetime(written), Option.some(seconds), String(written))
  }
  const others = [
    0,
    -1,
    NaN,
    Infinity,
    1e9,
    3.2e9,
    "0",
    "-5",
    "",
    "soon",
    "NaN",
    "Infinity",
    "1e3",
    "0x10",
    "3600s",
    "1 h"
  ]
  for (const written of others) assert.deepStrictEqual(lifetime(written), Option.none(), String(written))
})

it("a JWT says when it ends, and nothing else does", () => {
  const seconds = noon / 1000
  assert.deepStrictEqual(expiryOfJwt(jwtOf(`{"exp":${seconds}}`)), Option.some(noon))
  assert.deepStrictEqual(expiryOfJwt(jwtOf(`{"sub":"a","exp":${seconds}.5,"x":{}}`)), Option.some(noon + 500))
  const others = [
    "",
    "opaque",
    "a.b",
    "a.b.c.d.e",
    "..",
    "not.base64!.url",
    jwtOf("{}"),
    jwtOf("[]"),
    jwtOf("null"),
    jwtOf("not json"),
    jwtOf(`{"exp":"${seconds}"}`),
    jwtOf(`{"exp":null}`),
    jwtOf(`{"exp":0}`),
    jwtOf(`{"exp":-1}`),
    jwtOf(`{"exp":1e999}`),
    `${jwtOf(`{"exp":${seconds}}`)} `,
    `${jwtOf(`{"exp":${seconds}}`)}.more`
  ]
  for (const token of others) assert.deepStrictEqual(expiryOfJwt(token), Option.none(), token)
})
