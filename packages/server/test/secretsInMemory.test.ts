import { assert, it } from "@effect/vitest"
import {
  Cause,
  ConfigProvider,
  Context,
  Data,
  Effect,
  Exit,
  Layer,
  Logger,
  Option,
  Redacted,
  Result,
  Schema
} from "effect"
import { randomBytes } from "node:crypto"
import { format, inspect } from "node:util"
import { AdminToken } from "@vendodev/api/AdminAuth"
import { MintedKey } from "@vendodev/api/ManagementGroup"
import { IssuedUserToken } from "@vendodev/api/RuntimeGroup"
import { Keyring, type KeyMaterial } from "@vendodev/broker/vault/Keyring"
import { hint, mint } from "@vendodev/broker/vault/KeyFormat"
import type { NewConnection } from "@vendodev/broker/manage/Connections"
import type { VendRequest } from "@vendodev/broker/vend/CredentialResolver"
import type { AccessToken } from "@vendodev/domain/AccessToken"
import { DisplayName } from "@vendodev/domain/Ids"
import type { DevFile } from "@vendodev/server/Demo"
import { Settings } from "@vendodev/server/Settings"
import { scanner } from "./secrets/canaries.ts"

class Failed extends Data.TaggedError("Failed")<{ readonly value: unknown }> {}

const text = () => randomBytes(24).toString("base64url")
const key = mint("vendo_sk_")
const bytes = () => new Uint8Array(randomBytes(32))

const [credential, jwt, bearer, adminToken, databaseUrl, composio] = [text(), text(), text(), text(), text(), text()]
const telemetry = text()
const [root, kek] = [bytes(), bytes()]

const scan = scanner([
  { what: "a key", secret: Redacted.value(key).slice("vendo_sk_".length + 4) },
  { what: "a credential", secret: credential },
  { what: "a JWT", secret: jwt },
  { what: "a bearer", secret: bearer },
  { what: "an admin token", secret: adminToken },
  { what: "a database's password", secret: databaseUrl },
  { what: "a key of Composio", secret: composio },
  { what: "a key of a collector", secret: telemetry },
  { what: "a root", secret: Buffer.from(root) },
  { what: "a KEK", secret: Buffer.from(kek) },
  // As they are listed by whoever prints an array.
  { what: "a root", secret: root.join(", ") },
  { what: "a root", secret: root.join(",") },
  { what: "a root", secret: JSON.stringify(root).slice(1, -1) },
  { what: "a KEK", secret: kek.join(", ") },
  { what: "a KEK", secret: kek.join(",") },
  { what: "a KEK", secret: JSON.stringify(kek).slice(1, -1) }
])

const material: KeyMaterial = {
  root: Redacted.make(root),
  keks: [{ id: "k1", key: Redacted.make(kek) }],
  active: "k1"
}
const accessToken: AccessToken = { token: Redacted.make(credential), expiresAt: Option.none(), tokenType: "Bearer" }
const devFile: DevFile = {
  baseUrl: "http://localhost:4000",
  credentialsUrl: "http://localhost:4000/credentials",
  adminToken: Redacted.make(adminToken),
  apps: [{ slug: "demo-tool", key }]
}
const mintedOnTheWire = {
  id: crypto.randomUUID(),
  hint: hint(key, "vendo_sk_"),
  app_id: crypto.randomUUID(),
  connection_id: null,
  created_at: "2026-01-01T00:00:00Z",
  expires_at: null,
  revoked_at: null,
  key: Redacted.value(key)
}
const minted = Schema.decodeUnknownSync(MintedKey)(mintedOnTheWire)
const vendRequest: VendRequest = {
  key: Option.some(Redacted.make(bearer)),
  slug: "notion",
  userJwt: Option.some(Redacted.make(jwt)),
  connection: Option.none()
}
const newConnection: NewConnection = {
  slug: "notion",
  name: DisplayName.make("test"),
  profile: Option.none(),
  credential: Option.some(Redacted.make(credential))
}
const readSettings = Settings.layer.pipe(
  Layer.build,
  Effect.map((context) => Context.get(context, Settings)),
  Effect.scoped,
  Effect.provideService(
    ConfigProvider.ConfigProvider,
    ConfigProvider.fromEnv({
      env: {
        DATABASE_URL: databaseUrl,
        COMPOSIO_API_KEY: composio,
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318",
        OTEL_EXPORTER_OTLP_HEADERS: `api-key=${telemetry}`
      }
    })
  )
)
const settings = Effect.runSync(readSettings)
const issued = Schema.decodeUnknownSync(IssuedUserToken)({ token: jwt, expires_at: "2026-01-01T00:00:00Z" })

/** Everything of ours that holds a secret. */
const holders: Readonly<Record<string, unknown>> = {
  accessToken,
  devFile,
  issued,
  material,
  minted,
  newConnection,
  settings,
  vendRequest
}

/** Everything a value ends up in on its way to somebody who prints it. */
const wrappers: Readonly<Record<string, (value: unknown) => unknown>> = {
  itself: (value) => value,
  "an array": (value) => [value],
  "a map": (value) => new Map([["value", value]]),
  "an option": Option.some,
  "a result": Result.fail,
  "an exit": Exit.fail,
  "a cause": Cause.fail,
  "a defect": Cause.die,
  "an error's cause": (cause) => new Error("outer", { cause }),
  "an error's field": (value) => new Failed({ value }),
  "an error in a cause": (value) => Cause.fail(new Failed({ value })),
  "a defect's cause": (cause) => Cause.die(new Error("outer", { cause }))
}

const printers: Readonly<Record<string, (value: unknown) => string>> = {
  String: (value) => String(value),
  template: (value) => `${value instanceof Map ? [...value] : value}`,
  inspect: (value) => inspect(value, { depth: Infinity, showHidden: true, getters: true, maxArrayLength: null }),
  format: (value) => format("%s %o %O %j", value, value, value, value),
  JSON: (value) => JSON.stringify(value) ?? "",
  pretty: (value) => (Cause.isCause(value) ? Cause.pretty(value) : Cause.pretty(Cause.fail(value)))
}

const each = Object.entries(holders).flatMap(([name, value]) =>
  Object.entries(wrappers).map(([how, wrap]) => [`${name} in ${how}`, wrap(value)] as const)
)

it("nothing that holds a secret shows it, whatever it is in and however it is printed", () => {
  for (const [name, value] of each) {
    for (const [by, print] of Object.entries(printers)) {
      assert.deepStrictEqual(scan(print(value)), [], `${name}, by ${by}`)
    }
  }
})

it.effect("nor does a log of either kind, in its message, cause or annotations", () =>
  Effect.gen(function* () {
    const lines: Array<string> = []
    const collect = (logger: Logger.Logger<unknown, unknown>) =>
      Logger.map(logger, (output) => {
        lines.push(typeof output === "string" ? output : inspect(output, { depth: Infinity }))
      })
    const formats = [Logger.formatJson, Logger.formatLogFmt, Logger.formatSimple, Logger.formatStructured]
    const loggers = formats.map((format) => collect(format))
    for (const [name, value] of each) {
      yield* Effect.logError(name, value, Cause.isCause(value) ? value : Cause.fail(value)).pipe(
        Effect.annotateLogs({ value }),
        Effect.withLogSpan(name),
        Effect.provide(Logger.layer(loggers), { local: true })
      )
    }
    assert.strictEqual(lines.length, each.length * loggers.length)
    assert.deepStrictEqual(scan(lines.join("\n")), [])
  })
)

it.effect("nor does what is wrong with one", () =>
  Effect.gen(function* () {
    const Payload = Schema.Struct({ credential: Schema.RedactedFromValue(Schema.String.check(Schema.isMaxLength(8))) })
    const attempts: ReadonlyArray<Effect.Effect<unknown, Schema.SchemaError>> = [
      Schema.decodeUnknownEffect(MintedKey)({ ...mintedOnTheWire, key: [credential] }),
      Schema.decodeUnknownEffect(MintedKey)({ ...mintedOnTheWire, key: { credential } }),
      Schema.decodeUnknownEffect(MintedKey)({ ...mintedOnTheWire, id: 1, key: credential }),
      Schema.decodeUnknownEffect(MintedKey)({ key: credential }),
      Schema.decodeUnknownEffect(Payload)({ credential })
    ]
    for (const attempt of attempts) {
      const exit = yield* Effect.exit(attempt)
      if (Exit.isSuccess(exit)) return assert.fail("it was accepted")
      for (const value of [exit, exit.cause, Cause.squash(exit.cause)]) {
        for (const [by, print] of Object.entries(printers)) assert.deepStrictEqual(scan(print(value)), [], by)
      }
    }
  })
)

it.effect("nor does a service that has one", () =>
  Effect.gen(function* () {
    const context = yield* Layer.build(
      Layer.merge(Keyring.layerOf(material), Layer.succeed(AdminToken, Redacted.make(adminToken)))
    )
    for (const [by, print] of Object.entries(printers)) assert.deepStrictEqual(scan(print(context)), [], by)
  })
)

it("a secret that is not redacted is found by every printer", () => {
  for (const [by, print] of Object.entries(printers)) {
    const shown = by === "pretty" ? new Error(credential) : credential
    assert.notDeepEqual(scan(print(shown)), [], by)
  }
})
