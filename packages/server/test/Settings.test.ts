import { assert, it } from "@effect/vitest"
import { Cause, Effect, Exit, Option, Redacted } from "effect"
import { inspect } from "node:util"
import { faults, outside, read } from "./fixtures/settings.ts"

it.effect("an empty environment is enough", () =>
  Effect.gen(function* () {
    const blank = Object.fromEntries(outside.map((name) => [name, " \t"]))
    for (const env of [{}, { PORT: "", VENDO_ENV: "", VENDO_SURFACES: "", DATABASE_URL: "" }, blank]) {
      assert.deepStrictEqual(
        { ...(yield* read(env)) },
        {
          environment: "development",
          host: "127.0.0.1",
          port: 4000,
          dataDir: ".vendo",
          keyFile: Option.none(),
          databaseUrl: Option.none(),
          domain: Option.none(),
          surfaces: ["credentials", "api"],
          maxInFlight: 1024,
          composioKey: Option.none(),
          composioUrl: "https://backend.composio.dev",
          composioIsSimulated: false,
          providersUrl: Option.none(),
          publicUrl: Option.some("http://127.0.0.1:4000"),
          returnOrigins: [],
          authConfigs: new Map(),
          oauthClients: new Map(),
          userIssuer: Option.none(),
          ownIssuer: "http://127.0.0.1:4000",
          launching: { launcher: "process", program: Option.none(), inherited: {} },
          telemetry: Option.none()
        }
      )
    }
  })
)

it.effect("what is said is taken", () =>
  Effect.gen(function* () {
    const settings = yield* read({
      PORT: "0",
      VENDO_ENV: "production",
      VENDO_SURFACES: "api",
      DATABASE_URL: "postgres:"
    })
    assert.strictEqual(settings.port, 0)
    assert.strictEqual(settings.environment, "production")
    assert.deepStrictEqual(settings.surfaces, ["api"])
    assert.strictEqual(Option.getOrThrow(Option.map(settings.databaseUrl, Redacted.value)), "postgres:")
    assert.strictEqual((yield* read({ PORT: "65535" })).port, 65_535)
  })
)

it.effect("a value that can not be used is told with the variable's name and what would do", () =>
  Effect.gen(function* () {
    const port = ["PORT must be a number from 1 to 65535, or 0 for any that is free"]
    for (const PORT of ["-1", "65536", "80.5", "ten", "0x50", "80;", " "]) {
      assert.deepStrictEqual(yield* faults({ PORT }), port, PORT)
    }
    const environment = ["VENDO_ENV must be development or production"]
    for (const VENDO_ENV of ["prod", "Production", "test", "development "]) {
      assert.deepStrictEqual(yield* faults({ VENDO_ENV }), environment, VENDO_ENV)
    }
    const surfaces = ["VENDO_SURFACES must be a comma-separated list of credentials, api"]
    for (const VENDO_SURFACES of ["apis", "credentials;api", ",", "credentials,", "API"]) {
      assert.deepStrictEqual(yield* faults({ VENDO_SURFACES }), surfaces, VENDO_SURFACES)
    }
    const limit = ["VENDO_MAX_IN_FLIGHT must be a whole number above 0"]
    for (const VENDO_MAX_IN_FLIGHT of ["0", "-5", "1.5", "many", "Infinity", "NaN"]) {
      assert.deepStrictEqual(yield* faults({ VENDO_MAX_IN_FLIGHT }), limit, VENDO_MAX_IN_FLIGHT)
    }
  })
)

it.effect("all that is wrong is told at once, one line each", () =>
  Effect.gen(function* () {
    const x = { PORT: "x", VENDO_ENV: "x", VENDO_SURFACES: "x", VENDO_MAX_IN_FLIGHT: "x", VENDO_PUBLIC_URL: "x" }
    const y = {
      COMPOSIO_API_KEY: "y y",
      COMPOSIO_BASE_URL: "y",
      COMPOSIO_SIMULATED: "maybe",
      VENDO_PROVIDERS_URL: "y",
      VENDO_USER_JWKS: "ftp://y"
    }
    const lines = yield* faults({ ...x, ...y, OTEL_EXPORTER_OTLP_ENDPOINT: "z" })
    assert.deepStrictEqual(
      lines.map((line) => line.split(/[ :]/)[0]),
      [
        "VENDO_ENV",
        "PORT",
        "VENDO_SURFACES",
        "VENDO_MAX_IN_FLIGHT",
        "COMPOSIO_API_KEY",
        "COMPOSIO_BASE_URL",
        "COMPOSIO_SIMULATED",
        "VENDO_PROVIDERS_URL",
        "VENDO_PUBLIC_URL",
        "VENDO_USER_JWT_ISSUER",
        "VENDO_USER_JWT_AUDIENCE",
        "VENDO_USER_JWKS",
        "OTEL_EXPORTER_OTLP_ENDPOINT"
      ]
    )
  })
)

it.effect("no value is repeated, for it may be a secret in the wrong place", () =>
  Effect.gen(function* () {
    const secret = "postgres://vendo:a-password-nobody-may-see@db/vendo"
    const everything = [...outside, "PORT", "VENDO_ENV", "VENDO_SURFACES", "VENDO_MAX_IN_FLIGHT", "COMPOSIO_SIMULATED"]
    const wrong = Object.fromEntries(everything.map((name) => [name, `${secret} `]))
    const exit = yield* Effect.exit(read({ ...wrong, DATABASE_URL: secret }))
    if (Exit.isSuccess(exit)) return assert.fail("accepted")
    const shown = [String(exit), inspect(exit, { depth: Infinity }), JSON.stringify(exit), Cause.pretty(exit.cause)]
    assert.notInclude(shown.join("\n"), "nobody-may-see")
    const settings = yield* read({
      DATABASE_URL: secret,
      COMPOSIO_API_KEY: "nobody-may-see",
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318",
      OTEL_EXPORTER_OTLP_HEADERS: "x=nobody-may-see"
    })
    assert.notInclude(inspect(settings, { depth: Infinity }) + JSON.stringify(settings), "nobody-may-see")
  })
)
