import { assert, it } from "@effect/vitest"
import { Duration, Effect, Option, Redacted } from "effect"
import { Environment } from "@vendodev/client/Environment"
import { type Options, resolve } from "@vendodev/client/Settings"

const settings = (options: Options, variables: Readonly<Record<string, string>> = {}) =>
  Effect.provide(
    resolve(options),
    Environment.layerOf((name) => variables[name])
  )

it.effect("the credentials service follows from the base URL unless it is said", () =>
  Effect.gen(function* () {
    const where = (baseUrl: string) =>
      Effect.map(settings({ baseUrl }), (found) => [found.baseUrl, found.credentialsUrl])
    assert.deepStrictEqual(yield* where(""), ["https://vendo.run", "https://credentials.vendo.run"])
    for (const text of ["http://h:4000", "http://h:4000/", "http://h:4000/api", "http://h:4000/api/"]) {
      assert.deepStrictEqual(yield* where(text), ["http://h:4000", "http://h:4000/credentials"])
    }
    assert.deepStrictEqual(yield* where("https://h/a/b"), ["https://h/a/b", "https://h/a/b/credentials"])
    const said = yield* settings({}, { VENDO_BASE_URL: "https://h", VENDO_CREDENTIALS_URL: "https://c.h/" })
    assert.strictEqual(said.credentialsUrl, "https://c.h")
  })
)

it.effect("an address that is none, or says too much, is refused by name and not repeated", () =>
  Effect.gen(function* () {
    for (const text of ["h", "ftp://h", "https://u:secret@h", "https://h?key=secret", "https://h#secret"]) {
      const error = yield* Effect.flip(settings({ baseUrl: text }))
      assert.deepStrictEqual([error.code, error.field], ["validation_failed", "baseUrl"])
      assert.notInclude(error.detail, "secret")
    }
  })
)

it.effect("what is blank was not given, and what is given goes before the environment", () =>
  Effect.gen(function* () {
    const key = (apiKey: string | undefined, variable: string) =>
      Effect.map(
        settings({ apiKey: apiKey === undefined ? undefined : Redacted.make(apiKey) }, { VENDO_API_KEY: variable }),
        ({ apiKey }) => Option.getOrUndefined(Option.map(apiKey, Redacted.value))
      )
    assert.strictEqual(yield* key(undefined, " \n"), undefined)
    assert.strictEqual(yield* key("  ", "vendo_sk_e\n"), "vendo_sk_e")
    assert.strictEqual(yield* key("vendo_sk_o", "vendo_sk_e"), "vendo_sk_o")
  })
)

it.effect("a key that no header can carry is refused and not repeated", () =>
  Effect.gen(function* () {
    for (const key of ["vendo_sk_a b", "vendo_sk_\u0000", "vendo_sk_ü", "a\r\nx: y"]) {
      const error = yield* Effect.flip(settings({ apiKey: Redacted.make(key) }))
      assert.strictEqual(error.code, "app_unknown")
      assert.notInclude(error.detail, "vendo_sk_")
    }
  })
)

it.effect("the time-out is a number of milliseconds, and nothing else", () =>
  Effect.gen(function* () {
    const timeout = (text: string) => Effect.map(settings({}, { VENDO_TIMEOUT_MS: text }), (found) => found.timeout)
    assert.deepStrictEqual(yield* timeout("250"), Duration.millis(250))
    assert.deepStrictEqual(yield* timeout(""), Duration.seconds(15))
    for (const text of ["0", "-1", "1.5", "5s", "1e3"]) {
      assert.strictEqual((yield* Effect.flip(timeout(text))).field, "VENDO_TIMEOUT_MS")
    }
  })
)

it.effect("a time-out that is said is a time above nothing", () =>
  Effect.gen(function* () {
    assert.deepStrictEqual((yield* settings({ timeout: Duration.infinity })).timeout, Duration.infinity)
    for (const timeout of [Duration.millis(0), Duration.millis(-1), Duration.millis(Number.NaN)]) {
      const error = yield* Effect.flip(settings({ timeout }))
      assert.deepStrictEqual([error.code, error.field], ["validation_failed", "timeout"])
    }
  })
)
