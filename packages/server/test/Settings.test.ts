import { assert, it } from "@effect/vitest"
import { Cause, ConfigProvider, Context, Effect, Exit, Layer, Option, Redacted } from "effect"
import { inspect } from "node:util"
import { Settings, SettingsInvalid } from "@vendodev/server/Settings"

const read = (env: Record<string, string>) =>
  Layer.build(Settings.layer).pipe(
    Effect.map((context) => Context.get(context, Settings)),
    Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env })),
    Effect.scoped
  )

const faults = Effect.fnUntraced(function* (env: Record<string, string>) {
  const error = yield* Effect.flip(read(env))
  assert.instanceOf(error, SettingsInvalid)
  return error.message.split("\n")
})

it.effect("an empty environment is enough", () =>
  Effect.gen(function* () {
    for (const env of [{}, { PORT: "", VENDO_ENV: "", VENDO_SURFACES: "", DATABASE_URL: "" }]) {
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
          maxInFlight: 1024
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
    const lines = yield* faults({ PORT: "x", VENDO_ENV: "x", VENDO_SURFACES: "x", VENDO_MAX_IN_FLIGHT: "x" })
    assert.deepStrictEqual(
      lines.map((line) => line.split(" ")[0]),
      ["VENDO_ENV", "PORT", "VENDO_SURFACES", "VENDO_MAX_IN_FLIGHT"]
    )
  })
)

it.effect("no value is repeated, for it may be a secret in the wrong place", () =>
  Effect.gen(function* () {
    const secret = "postgres://vendo:a-password-nobody-may-see@db/vendo"
    const wrong = { PORT: secret, VENDO_ENV: secret, VENDO_SURFACES: secret, VENDO_MAX_IN_FLIGHT: secret }
    const exit = yield* Effect.exit(read({ ...wrong, DATABASE_URL: secret }))
    if (Exit.isSuccess(exit)) return assert.fail("accepted")
    const shown = [String(exit), inspect(exit, { depth: Infinity }), JSON.stringify(exit), Cause.pretty(exit.cause)]
    assert.notInclude(shown.join("\n"), "nobody-may-see")
    const settings = yield* read({ DATABASE_URL: secret })
    assert.notInclude(inspect(settings, { depth: Infinity }) + JSON.stringify(settings), "nobody-may-see")
  })
)
