import { assert, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Layer, Logger, References, Tracer } from "effect"
import { FetchHttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { inspect } from "node:util"
import { ProviderAddress, through } from "@vendodev/broker/upstream/ProviderAddress"
import { Providers } from "@vendodev/broker/upstream/Providers"
import { integrations } from "@vendodev/catalog/Catalog"
import * as FakeProviders from "@vendodev/simulator/FakeProviders"
import type { Fault } from "@vendodev/simulator/Fault"
import { faults, headers, redirectTo } from "@vendodev/simulator/faults"
import { listen } from "@vendodev/simulator/listen"
import * as ProvidersControl from "@vendodev/simulator/ProvidersControl"
import { discover, revoke, told, whoami } from "./fixtures/provider.ts"

const start = Effect.gen(function* () {
  const simulator = yield* FakeProviders.make({ botsOnDemand: true })
  const { baseUrl } = yield* listen(simulator)
  const layer = Providers.layer.pipe(
    Layer.provide([FetchHttpClient.layer, Layer.succeed(ProviderAddress, through(baseUrl))])
  )
  return { simulator, baseUrl, layer }
})

const keyOf = (slug: string, what: string) => (slug === "telegram" ? `10:${what}` : `${what}-of-somebody`)

/** Whether its provider says whose a key is. */
const anonymous = new Set(["openai", "anthropic", "openrouter", "gemini", "assemblyai"])

it.live("every provider is asked at the address that stands for it, and says whose a key is, or that it is none", () =>
  Effect.gen(function* () {
    const { layer, simulator } = yield* start
    yield* Effect.gen(function* () {
      for (const { slug } of integrations) {
        const { id, name } = yield* whoami(slug, keyOf(slug, "simulated"))
        assert.deepStrictEqual([id._tag, name._tag], Array(2).fill(anonymous.has(slug) ? "None" : "Some"), slug)
        assert.deepStrictEqual(yield* whoami(slug, keyOf(slug, "simulated")), { id, name })
        const refused = yield* Effect.flip(whoami(slug, slug === "telegram" ? "11:refused" : keyOf(slug, "refused")))
        assert.strictEqual(refused._tag, "KeyRefused", slug)
      }
      for (const slug of ["openai", "anthropic", "elevenlabs", "stripe", "google", "gmail", "supabase"]) {
        assert.deepStrictEqual(yield* told(whoami(slug, keyOf(slug, "limited"))), { id: null, name: null }, slug)
      }
    }).pipe(Effect.provide(layer))
    const calls = yield* simulator.calls()
    assert.deepStrictEqual(
      [...new Set(calls.map(({ route }) => route.split(".")[0]))].toSorted(),
      integrations.map<string>(({ slug }) => slug)
    )
  })
)

it.live("what may be chosen is what the account has", () =>
  Effect.gen(function* () {
    const { layer, simulator } = yield* start
    const found = Effect.provide(discover("supabase", "simulated-token"), layer)
    for (const projects of [
      [],
      [{ id: "abc", name: "One" }],
      [
        { id: "abc", name: "One" },
        { id: "def", name: "Two" }
      ]
    ]) {
      yield* simulator.patchSettings({ projects })
      const candidates = projects.map(({ id: value, name: label }) => ({ value, label }))
      assert.deepStrictEqual(yield* found, [{ field: "ref", candidates }])
    }
    const [{ candidates = [], field } = {}] = yield* Effect.provide(discover("instagram", "simulated-token"), layer)
    assert.deepStrictEqual([field, candidates.length], ["ig_user_id", 1])
  })
)

it.live("a bot's webhook is gone when its connection ends, as often as that is said", () =>
  Effect.gen(function* () {
    const { baseUrl, layer, simulator } = yield* start
    yield* simulator.putBot({ id: "10", token: "10:simulated" })
    yield* Effect.promise(() => fetch(`${baseUrl}/api.telegram.org/bot10:simulated/setWebhook?url=https://a.example`))
    assert.strictEqual((yield* simulator.bot("10")).webhook, "https://a.example")
    const end = Effect.provide(revoke("telegram", "10:simulated"), layer)
    yield* end
    assert.strictEqual((yield* simulator.bot("10")).webhook, "")
    yield* end
    yield* simulator.reissueToken("10")
    yield* end
  })
)

/** What a trouble on the way makes of a good key. No trouble but a definite answer says that it is none. */
const good = new Set(["link retired", "byte order mark", "slow by 3 seconds"])
const patience: ReadonlyArray<string> = [
  "slow by 30 seconds",
  "never answered",
  "headers, then nothing",
  "a byte a second"
]

it.live("whatever happens on the way, a key is refused by a definite answer alone", () =>
  Effect.gen(function* () {
    const { layer, simulator } = yield* start
    yield* Effect.gen(function* () {
      for (const [name, fault] of Object.entries<Fault>(faults).filter(([name]) => !patience.includes(name))) {
        yield* simulator.clearFaults
        yield* simulator.addFaults(fault)
        const said = yield* told(whoami("github", "simulated-token"))
        const expected = name === "bad key" ? /^KeyRefused/ : good.has(name) ? /object/ : /^upstream_error/
        assert.match(typeof said === "string" ? said : typeof said, expected, name)
      }
      for (const [name, fault] of Object.entries<Partial<Fault>>(headers)) {
        yield* simulator.clearFaults
        yield* simulator.addFaults(fault)
        assert.notMatch(String(yield* told(whoami("github", "simulated-token"))), /^KeyRefused/, name)
      }
    }).pipe(Effect.provide(layer))
    const asked = yield* simulator.calls()
    assert.strictEqual(asked.length, Object.keys(faults).length - patience.length + Object.keys(headers).length)
  })
)

it.effect("a provider that takes its time has five seconds", () =>
  Effect.gen(function* () {
    const { baseUrl, layer, simulator } = yield* start
    const named = new Map(Object.entries<Fault>(faults))
    yield* simulator.addFaults(...patience.map((name) => ({ ...named.get(name), times: 1 })))
    const all = Effect.forEach(patience, () => told(whoami("github", "simulated-token")), { concurrency: "unbounded" })
    const fiber = yield* Effect.forkChild(Effect.provide(all, layer))
    // Over the wire, so that those before it come in.
    const arrived = Effect.map(ProvidersControl.make(baseUrl).calls(), ({ length }) => length)
    yield* Effect.repeat(arrived, { until: (count) => count === patience.length, times: 500 })
    yield* TestClock.adjust("5 seconds")
    assert.deepStrictEqual(
      yield* Fiber.join(fiber),
      patience.map(() => "upstream_error: GitHub did not answer in time")
    )
  })
)

it.live("a redirect is not followed, and the key goes nowhere else", () =>
  Effect.gen(function* () {
    const { baseUrl, layer, simulator } = yield* start
    for (const status of [301, 302, 303, 307, 308]) {
      yield* simulator.clearFaults
      yield* simulator.addFaults({ ...redirectTo(`${baseUrl}/api.openai.com/v1/models`, status), route: "github.user" })
      const said = yield* Effect.provide(told(whoami("github", "simulated-token")), layer)
      assert.strictEqual(said, `upstream_error: GitHub answered with status ${status}`)
    }
    assert.deepStrictEqual([...new Set((yield* simulator.calls()).map(({ route }) => route))], ["github.user"])
  })
)

it.live("nothing of a credential is in a log, a span or an error, whatever its provider does", () =>
  Effect.gen(function* () {
    const { baseUrl, layer, simulator } = yield* start
    const shown: Array<string> = []
    const show = (value: unknown) => shown.push(inspect(value, { depth: 8, showHidden: true }))
    const logger = Logger.make((said) => show([said.message, said.cause, said.date]))
    const spans: Array<Tracer.NativeSpan> = []
    const tracer = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        spans.push(span)
        return span
      }
    })
    const overheard = <A, E>(asked: Effect.Effect<A, E, Providers>, providers = layer) =>
      Effect.gen(function* () {
        const exit = yield* Effect.exit(Effect.provide(asked, providers))
        if (Exit.isFailure(exit)) show([exit.cause, Cause.pretty(exit.cause), JSON.stringify(exit.cause)])
        else show(exit.value)
      }).pipe(Effect.withTracer(tracer), Effect.provide(Logger.layer([logger])))

    const token = "4711:canary-of-a-bot"
    const ask = Effect.fnUntraced(function* (providers = layer) {
      yield* overheard(whoami("telegram", token), providers)
      yield* overheard(revoke("telegram", token), providers)
      yield* overheard(whoami("github", "canary-of-a-token"), providers)
      yield* overheard(discover("supabase", "canary-of-a-token"), providers)
    })
    const asked = Effect.andThen(simulator.mark, ask())
    yield* asked
    for (const fault of [
      { status: 401 },
      { status: 404 },
      { status: 500, body: { text: JSON.stringify({ description: `canary ${token}` }) } },
      { status: 200, body: { text: `canary ${token}` } },
      { status: 302, headers: [["location", `/bot${token}/getMe`]] },
      { delivery: "reset-before-headers" },
      { delivery: "reset-after-headers" },
      { body: "gzip-bomb" }
    ] satisfies ReadonlyArray<Fault>) {
      yield* simulator.clearFaults
      yield* simulator.addFaults(fault)
      yield* asked
    }
    const at = (address: string) =>
      Providers.layer.pipe(
        Layer.provide([FetchHttpClient.layer, Layer.succeed(ProviderAddress, (url: string) => address + url)])
      )
    // Nobody there, and no address at all: what the platform says of those repeats the address.
    yield* ask(at("http://127.0.0.1:9/"))
    yield* ask(at("not an address "))
    yield* overheard(whoami("telegram", "4711:canary with a space"))
    yield* overheard(whoami("github", "canary\nx-injected: header"))

    const names = new Set(spans.map(({ name }) => name))
    assert.deepStrictEqual([...names].toSorted(), ["Providers.discover", "Providers.revoke", "Providers.whoami"])
    const keys = new Set(spans.flatMap(({ attributes }) => [...attributes.keys()]))
    assert.deepStrictEqual([...keys].toSorted(), ["http.response.status_code", "provider"])
    for (const { attributes, events, links, name, status } of spans)
      show([name, [...attributes], events, links, status])
    const all = shown.join("\n")
    assert.include(all, "Telegram does not take this key")
    for (const secret of ["canary", token, "4711:", baseUrl]) assert.notInclude(all, secret)
  }).pipe(Effect.provideService(References.MinimumLogLevel, "Trace"))
)
