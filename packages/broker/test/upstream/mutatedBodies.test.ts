import { assert, it } from "@effect/vitest"
import { Duration, Effect, Option, Random, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { ComposioClient } from "@vendodev/broker/upstream/ComposioClient"
import { between, seeded } from "./fixtures/seeded.ts"
import { scripted } from "./fixtures/scripted.ts"
import { account, active, notFound, quietly, token } from "./fixtures/upstream.ts"

const rounds = Number(process.env["TEST_ROUNDS"] ?? 5000)

type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [name: string]: Json }

const pick = <A>(values: ReadonlyArray<A>) =>
  Effect.map(Random.nextIntBetween(0, values.length - 1), (index): A => {
    const value = values[index]
    if (value === undefined) throw new Error("nothing to choose")
    return value
  })

/** What stands where something else was expected. */
const odd: ReadonlyArray<Json> = [
  null,
  true,
  false,
  0,
  -1,
  1e308,
  3600,
  "",
  " ",
  "ACTIVE",
  "EXPIRED",
  "INITIATED",
  "active",
  "REDACTED",
  "ya29...",
  "null",
  "__proto__",
  "2026-01-01T00:00:00Z",
  "1/1/2026",
  "x".repeat(17_000),
  "line\nbreak-in-a-token",
  "tökens-are-ascii",
  [],
  {},
  [[]],
  { access_token: "ya29.from-somewhere-else" },
  account,
  "ca_other"
]

const paths = [
  ["id"],
  ["status"],
  ["is_disabled"],
  ["updated_at"],
  ["auth_config"],
  ["auth_config", "is_disabled"],
  ["state"],
  ["state", "authScheme"],
  ["state", "val"],
  ["state", "val", "status"],
  ["state", "val", "access_token"],
  ["state", "val", "token"],
  ["state", "val", "api_key"],
  ["state", "val", "expires_in"],
  ["state", "val", "expires_at"],
  ["error"],
  ["error", "code"]
]

const isObject = (value: unknown): value is { readonly [name: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const put = (into: Json, [name = "", ...rest]: ReadonlyArray<string>, value: Json): Json => {
  const fields = isObject(into) ? into : {}
  return { ...fields, [name]: rest.length === 0 ? value : put(fields[name] ?? {}, rest, value) }
}

/** Some values are others, and then some bytes are others. */
const mutated = Effect.gen(function* () {
  const status = yield* pick(["ACTIVE", "ACTIVE", "ACTIVE", "ACTIVE", "EXPIRED", "INITIATED"])
  const account = active({ top: { status }, val: { status } })
  const base: Json = JSON.parse(JSON.stringify((yield* between(0, 9)) === 0 ? notFound : account))
  let body = base
  for (let count = yield* between(0, 3); count > 0; count -= 1) body = put(body, yield* pick(paths), yield* pick(odd))
  let bytes = Buffer.from(JSON.stringify((yield* between(0, 40)) === 0 ? [body] : body))
  if ((yield* between(0, 2)) > 0) return bytes
  for (let count = yield* between(1, 3); count > 0; count -= 1) {
    const at = yield* between(0, bytes.length - 1)
    const length = yield* between(0, 12)
    const part = bytes.subarray(at, at + length)
    const others = Buffer.from(Array.from({ length }, () => 0))
    for (let index = 0; index < length; index += 1) others[index] = yield* between(0, 255)
    bytes = Buffer.concat(
      yield* pick([
        [bytes.subarray(0, at), bytes.subarray(at + length)],
        [bytes.subarray(0, at), part, bytes.subarray(at)],
        [bytes.subarray(0, at), others, bytes.subarray(at + length)],
        [bytes.subarray(0, at)]
      ])
    )
    if (bytes.length === 0) return bytes
  }
  return bytes
})

const parsed = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

const at = (value: unknown, [name, ...rest]: ReadonlyArray<string>): unknown => {
  if (name === undefined) return value
  return isObject(value) && Object.hasOwn(value, name) ? at(value[name], rest) : undefined
}

const definite = new Set(["EXPIRED", "FAILED", "INACTIVE", "REVOKED"])

it.effect("of any body comes a token that stands in it, or a refusal that it justifies", () =>
  seeded(
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2025, 11, 31))
      let said: { readonly status: number; readonly bytes: Buffer } = { status: 200, bytes: Buffer.from("") }
      const { layer } = scripted(() =>
        Effect.sync(
          () =>
            new Response(new Uint8Array(said.bytes), { status: said.status, headers: { "x-should-retry": "false" } })
        )
      )
      const counts: Record<string, number> = {}
      yield* Effect.gen(function* () {
        const client = yield* ComposioClient
        for (let round = 0; round < rounds; round += 1) {
          said = { status: yield* pick([200, 200, 200, 200, 404, 400]), bytes: yield* mutated }
          const found = yield* Effect.result(client.fetch(account, Option.none()))
          const why = `${said.status} ${said.bytes.toString("latin1").slice(0, 3000)}`
          const body = parsed(said.bytes)
          const outcome = found._tag === "Success" ? "token" : found.failure.verdict
          counts[outcome] = (counts[outcome] ?? 0) + 1
          if (found._tag === "Failure") {
            const statuses = [at(body, ["status"]), at(body, ["state", "val", "status"])]
            const off = at(body, ["is_disabled"]) === true
            const justified =
              outcome === "dead"
                ? said.status === 404
                  ? isObject(at(body, ["error"]))
                  : off || statuses.some((status) => definite.has(String(status)))
                : outcome !== "unfinished" ||
                  off ||
                  statuses.some((status) => ["INITIATED", "INACTIVE"].includes(String(status)))
            assert.isTrue(justified, why)
            assert.include(["dead", "unfinished", "unservable", "faulty"], outcome, why)
            continue
          }
          const { freshFor, token: given, validFor } = found.success
          const text = Redacted.value(given)
          assert.strictEqual(said.status, 200, why)
          assert.match(text, /^[!-~]{8,16384}$/, why)
          assert.isFalse(/\.\.\.$|^REDACTED$|^null$/.test(text), why)
          assert.strictEqual(at(body, ["id"]), account, why)
          assert.strictEqual(at(body, ["status"]), "ACTIVE", why)
          const val = at(body, ["state", "val"])
          assert.isTrue(isObject(val) && Object.values(val).includes(text), why)
          assert.isAbove(Duration.toMillis(freshFor), 0, why)
          if (Option.isSome(validFor)) {
            assert.isBelow(Duration.toMillis(freshFor), Duration.toMillis(validFor.value), why)
          }
        }
      }).pipe(Effect.provide(layer), quietly)
      // Without all of them this would show little.
      for (const outcome of ["token", "dead", "unfinished", "unservable", "faulty"]) {
        assert.isAbove(counts[outcome] ?? 0, 20, `${outcome}: ${JSON.stringify(counts)}`)
      }
      assert.notInclude(JSON.stringify(counts), token)
    })
  )
)
