import { assert, it } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { faults, read } from "./fixtures/settings.ts"

it.effect(
  "this service is reached where somebody said, by its domain, or where it listens, if that is an address",
  () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<readonly [env: Record<string, string>, url: string | undefined]> = [
        [{ VENDO_PUBLIC_URL: " https://a.example/b ", VENDO_DOMAIN: "c.example" }, "https://a.example/b"],
        [{ VENDO_DOMAIN: "c.example", PORT: "0" }, "https://c.example"],
        [{ HOST: "localhost", PORT: "80" }, "http://localhost:80"],
        [{ HOST: "::1" }, "http://[::1]:4000"],
        [{ HOST: "0.0.0.0" }, undefined],
        [{ HOST: "::" }, undefined],
        [{ PORT: "0" }, undefined]
      ]
      for (const [env, url] of cases) {
        const { ownIssuer, publicUrl } = yield* read(env)
        assert.strictEqual(Option.getOrUndefined(publicUrl), url)
        assert.strictEqual(ownIssuer, url ?? "urn:vendo")
      }
      for (const url of [
        "a.example",
        "ftp://a.example",
        "https://a.example/",
        "https://u:p@a.example",
        "https://u@a.example",
        "https://a.example?x",
        "https://a.example#x",
        "https://a .example"
      ]) {
        assert.deepStrictEqual(
          yield* faults({ VENDO_PUBLIC_URL: url }),
          ["VENDO_PUBLIC_URL must be an http or https URL without a trailing slash, such as https://vendo.example.com"],
          url
        )
      }
    })
)

it.effect("a key of Composio goes over https, or nowhere but this machine", () =>
  Effect.gen(function* () {
    const { composioKey, composioUrl } = yield* read({
      COMPOSIO_API_KEY: " ak_1 ",
      COMPOSIO_BASE_URL: "http://127.0.0.1:9/x"
    })
    assert.strictEqual(Option.getOrThrow(Option.map(composioKey, Redacted.value)), "ak_1")
    assert.strictEqual(composioUrl, "http://127.0.0.1:9/x")
    for (const COMPOSIO_BASE_URL of [
      "http://backend.composio.dev",
      "backend",
      "https://u:p@x",
      "https://x?y",
      "file:///x"
    ]) {
      const [line = "", ...others] = yield* faults({ COMPOSIO_BASE_URL })
      assert.match(line, /^COMPOSIO_BASE_URL: it must /)
      assert.deepStrictEqual(others, [])
    }
    for (const COMPOSIO_API_KEY of ["two words", "a\nb", "schlüssel"]) {
      const lines = yield* faults({ COMPOSIO_API_KEY })
      assert.deepStrictEqual(lines, ["COMPOSIO_API_KEY must be the key of a Composio project, in plain ASCII"])
    }
  })
)

it.effect("providers are asked at one other address in development alone, over https or on this machine", () =>
  Effect.gen(function* () {
    for (const url of ["http://127.0.0.1:4999", "http://localhost:1/x", "https://simulator.example"]) {
      const { providersUrl } = yield* read({ VENDO_PROVIDERS_URL: ` ${url}` })
      assert.deepStrictEqual(providersUrl, Option.some(url))
      const [line = "", ...others] = yield* faults({ VENDO_PROVIDERS_URL: url, VENDO_ENV: "production" })
      assert.match(line, /^VENDO_PROVIDERS_URL is for development/)
      assert.deepStrictEqual(others, [])
    }
    for (const url of [
      "http://10.0.0.1",
      "http://localhost/",
      "ftp://localhost",
      "x",
      "https://u:p@x",
      "https://x?y"
    ]) {
      const lines = yield* faults({ VENDO_PROVIDERS_URL: url })
      assert.match(lines.join(), /^VENDO_PROVIDERS_URL must be [^,]+, or [^,]+, without a trailing slash; [^,]+$/, url)
    }
  })
)

it.effect("an issuer of user tokens has a name, an audience and keys, or is none", () =>
  Effect.gen(function* () {
    const all = {
      VENDO_USER_JWT_ISSUER: "https://id.example",
      VENDO_USER_JWT_AUDIENCE: "tools",
      VENDO_USER_JWKS: "https://id.example/jwks"
    }
    const jwksOf = Effect.fnUntraced(function* (VENDO_USER_JWKS: string) {
      return Option.getOrThrow((yield* read({ ...all, VENDO_USER_JWKS })).userIssuer).jwks
    })
    const { userIssuer } = yield* read(all)
    assert.deepStrictEqual(Option.getOrThrow(userIssuer), {
      issuer: "https://id.example",
      audience: "tools",
      jwks: { url: "https://id.example/jwks" }
    })
    assert.deepStrictEqual(yield* jwksOf("http://localhost:8080/jwks"), { url: "http://localhost:8080/jwks" })
    assert.deepStrictEqual(yield* jwksOf("/etc/vendo/jwks.json"), { file: "/etc/vendo/jwks.json" })
    assert.deepStrictEqual(yield* jwksOf("keys/jwks.json"), { file: "keys/jwks.json" })

    const names = Object.keys(all)
    const faulty = (lines: ReadonlyArray<string>) => lines.map((line) => line.split(" ")[0] ?? "")
    for (const name of names) {
      const others = Object.fromEntries(Object.entries(all).filter(([other]) => other !== name))
      assert.deepStrictEqual(faulty(yield* faults(others)), [name])
      const alone = Object.fromEntries(Object.entries(all).filter(([other]) => other === name))
      assert.deepStrictEqual(
        faulty(yield* faults(alone)),
        names.filter((other) => other !== name)
      )
    }
    for (const url of [
      "http://id.example/jwks",
      "https://u:p@id.example/jwks",
      "ftp://id.example",
      "file:///jwks.json"
    ]) {
      const lines = yield* faults({ ...all, VENDO_USER_JWKS: url })
      assert.deepStrictEqual(faulty(lines), ["VENDO_USER_JWKS"], url)
    }
    const own = { ...all, VENDO_USER_JWT_ISSUER: "https://a.example", VENDO_PUBLIC_URL: "https://a.example" }
    assert.match((yield* faults(own)).join(), /^VENDO_USER_JWT_ISSUER is this installation itself/)
    assert.match((yield* faults({ ...all, VENDO_USER_JWT_ISSUER: "urn:vendo", PORT: "0" })).join(), /itself/)
  })
)

it.effect("telemetry goes to the collector that was named, with what it must be told", () =>
  Effect.gen(function* () {
    const OTEL_EXPORTER_OTLP_ENDPOINT = "https://otel.example/otlp"
    const of = Effect.fnUntraced(function* (env: Record<string, string>) {
      const { telemetry } = yield* read({ OTEL_EXPORTER_OTLP_ENDPOINT, ...env })
      const { endpoint, headers, serviceName } = Option.getOrThrow(telemetry)
      return { endpoint, serviceName, headers: Redacted.value(headers) }
    })
    const nothing = { endpoint: OTEL_EXPORTER_OTLP_ENDPOINT, serviceName: "vendo", headers: {} }
    assert.deepStrictEqual(yield* of({}), nothing)
    assert.deepStrictEqual(
      yield* of({
        OTEL_SERVICE_NAME: "broker",
        OTEL_EXPORTER_OTLP_HEADERS: "Authorization=Basic%20eDp5, x-a=b=c,x-b="
      }),
      { ...nothing, serviceName: "broker", headers: { authorization: "Basic eDp5", "x-a": "b=c", "x-b": "" } }
    )
    for (const OTEL_EXPORTER_OTLP_HEADERS of ["hunter2", "a=b,", "=b", "a=%zz", "a=%0d", "a b=c"]) {
      assert.deepStrictEqual(yield* faults({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS }), [
        "OTEL_EXPORTER_OTLP_HEADERS must be a list of name=value, separated by commas"
      ])
    }
    for (const url of ["otel.example", "grpc://x", "https://u:p@x"]) {
      const [line] = yield* faults({ OTEL_EXPORTER_OTLP_ENDPOINT: url })
      assert.match(line ?? "", /^OTEL_EXPORTER_OTLP_ENDPOINT must be /)
    }
  })
)
