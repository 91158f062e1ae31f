import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import type { ErrorCode } from "@vendodev/domain/BrokerError"
import { administer } from "./edges/administer.ts"
import { isRow, isToken, type Particulars } from "./edges/row.ts"
import { bind, connectAndBind, made, Service, vend, whileOneIsInFlight } from "./fixtures/service.ts"
import { type Answer, type Asked, message, NoAnswer, one } from "./fixtures/wire.ts"
import * as World from "./edges/world.ts"

/** One thing that can be wrong with a request, and what is answered when nothing else is. */
interface Step extends Particulars {
  readonly name: string
  readonly code: ErrorCode
}

/** Of a vend, in the order in which they must be found. */
const vendSteps = [
  { name: "framing", code: "request_invalid" },
  { name: "overload", code: "overloaded" },
  { name: "route", code: "not_found" },
  { name: "method", code: "method_not_allowed", allow: "GET" },
  { name: "shape", code: "validation_failed" },
  { name: "key", code: "app_revoked" },
  { name: "user", code: "identity_invalid" },
  { name: "provider", code: "provider_unknown" },
  { name: "binding", code: "binding_missing" },
  { name: "connection", code: "connection_needs_reauth" },
  { name: "profile", code: "profile_unsupported" },
  { name: "upstream", code: "upstream_error" }
] as const satisfies ReadonlyArray<Step>

/** Of a management call. */
const managementSteps = [
  { name: "framing", code: "request_invalid" },
  { name: "overload", code: "overloaded" },
  { name: "route", code: "not_found" },
  { name: "method", code: "method_not_allowed", allow: "PUT, DELETE" },
  { name: "shape", code: "validation_failed" },
  { name: "session", code: "session_required" },
  { name: "object", code: "not_found" }
] as const satisfies ReadonlyArray<Step>

/** Of what an app asks on its own behalf: opening a connect session, which knows all of them. */
const runtimeSteps = [
  { name: "framing", code: "request_invalid" },
  { name: "overload", code: "overloaded" },
  { name: "route", code: "not_found" },
  { name: "method", code: "method_not_allowed", allow: "POST" },
  { name: "shape", code: "validation_failed" },
  { name: "key", code: "app_revoked" },
  { name: "user", code: "identity_invalid" },
  { name: "scope", code: "forbidden" },
  { name: "provider", code: "provider_unknown" }
] as const satisfies ReadonlyArray<Step>

type Faults = ReadonlySet<string>

/** The integration to ask for, by what must be wrong with it. The ghosts are known to the database alone. */
const slugs: Readonly<Record<string, string>> = {
  "": "notion",
  provider: "nosuch",
  binding: "gmail",
  connection: "linear",
  profile: "stripe",
  "provider binding": "nosuch",
  "provider connection": "ghost-stale",
  "provider profile": "ghost-odd",
  "binding connection": "linear",
  "binding profile": "stripe",
  "connection profile": "openai",
  upstream: "google",
  "provider upstream": "ghost-away",
  "binding upstream": "google",
  "connection upstream": "supabase"
}

const twice = { "Idempotency-Key": "a\r\nIdempotency-Key: a" }

const vendWith = (faults: Faults, { keys }: World.World["Service"]): Asked => {
  const about = ["provider", "binding", "connection", "profile", "upstream"]
    .filter((name) => faults.has(name))
    .join(" ")
  return {
    path: `/credentials/${slugs[about] ?? "unexpected"}${faults.has("route") ? "/elsewhere" : ""}`,
    method: faults.has("method") ? "POST" : "GET",
    // Of the same app, so that everything bound to the good one is bound to it.
    bearer: faults.has("key") ? keys.revoked : keys.good,
    headers: {
      ...(faults.has("framing") ? twice : {}),
      ...(faults.has("user") ? { "X-Vendo-User-JWT": "a.b.c" } : {}),
      ...(about.startsWith("binding ") ? { "X-Vendo-Connection": crypto.randomUUID() } : {}),
      ...(faults.has("shape") ? { "X-Vendo-Connection": "no-id" } : {})
    }
  }
}

const manageWith = (faults: Faults, { connections, keys, own }: World.World["Service"], adminToken: string): Asked => ({
  path: `/api/tenants/${faults.has("object") ? crypto.randomUUID() : own.id}/apps/${own.app}/bindings/notion${faults.has("route") ? "/elsewhere" : ""}`,
  method: faults.has("method") ? "POST" : "PUT",
  bearer: faults.has("session") ? keys.unknownAdmin : adminToken,
  body: JSON.stringify({ connection_id: faults.has("shape") ? "no-id" : connections.notion }),
  headers: { "Content-Type": "application/json", ...(faults.has("framing") ? twice : {}) }
})

const openWith = (faults: Faults, { keys }: World.World["Service"]): Asked => ({
  path: `/api/connect-sessions${faults.has("route") ? "/elsewhere" : ""}`,
  method: faults.has("method") ? "PUT" : "POST",
  bearer: faults.has("key") ? keys.revoked : faults.has("scope") ? keys.connection : keys.good,
  body: JSON.stringify({ slug: faults.has("shape") ? "No slug" : faults.has("provider") ? "nosuch" : "notion" }),
  headers: {
    "Content-Type": "application/json",
    ...(faults.has("framing") ? twice : {}),
    ...(faults.has("user") ? { "X-Vendo-User-JWT": "a.b.c" } : {})
  }
})

/** The one answer to a request with these faults. */
const ask = Effect.fnUntraced(function* (faults: Faults, asked: Asked) {
  const { port } = yield* Service
  const answered: Effect.Effect<Answer, NoAnswer> = one(port, message(asked))
  return yield* faults.has("overload") ? whileOneIsInFlight(answered) : answered
})

/** Of one profile only there is an upstream, and no key is of an app and of a connection: both can not be at fault. */
const pairsOf = (steps: ReadonlyArray<Step>) =>
  steps
    .flatMap((first, index) => steps.slice(index + 1).map((second) => ({ first, second })))
    .filter(({ first, second }) => first.name !== "profile" || second.name !== "upstream")
    .filter(({ first, second }) => first.name !== "key" || second.name !== "scope")

/** A connection in two faults at once, and two of integrations that have left the catalog. */
const seed = Effect.gen(function* () {
  const { own } = yield* World.World
  const copy = (slug: string, from: string) => [
    `INSERT INTO broker.integrations (slug, exclusive) VALUES ('${slug}', false)`,
    `INSERT INTO broker.connections (tenant_id, id, integration, exclusive, slot, profile, name, status)
      SELECT tenant_id, gen_random_uuid(), '${slug}', false, slot, profile, name, status
      FROM broker.connections WHERE integration = '${from}' AND tenant_id = '${own.id}'`,
    `INSERT INTO broker.app_connection_bindings
        (tenant_id, app_id, app_kind, connection_id, integration, exclusive, slot, user_subject)
      SELECT tenant_id, '${own.app}', 'production', id, integration, exclusive, slot, user_subject
      FROM broker.connections WHERE integration = '${slug}'`
  ]
  const account = { profile: "composio_managed", composio_account_id: "ca_dead" }
  const dead = yield* made("POST", `${own.base}/connections`, { slug: "supabase", ...account })
  yield* bind(own.base, own.app, "supabase", dead.id)
  const both = yield* connectAndBind(own, "openai", { credential: "openai_unsaid", profile: "byok_static" })
  yield* administer(
    ...copy("ghost-stale", "linear"),
    ...copy("ghost-odd", "stripe"),
    ...copy("ghost-away", "google"),
    `UPDATE broker.connections SET status = 'needs_reauth' WHERE id = '${dead.id}'`,
    `UPDATE broker.connections SET profile = 'user_oauth', status = 'needs_reauth' WHERE id = '${both}'`
  )
})

const settings = { VENDO_MAX_IN_FLIGHT: "1", VENDO_PUBLIC_URL: "https://vendo.example", ...World.nobodyThere }

layer(World.layer(settings), { excludeTestServices: true })("When several things are wrong", (it) => {
  it.effect("(nothing is, at first)", () =>
    Effect.gen(function* () {
      yield* seed
      const world = yield* World.World
      isToken(yield* ask(new Set(), vendWith(new Set(), world)), world.token)
      const { adminToken } = yield* Service
      const bound = yield* ask(new Set(), manageWith(new Set(), world, adminToken))
      assert.strictEqual(bound.status, 200, bound.body)
      const opened = yield* ask(new Set(), openWith(new Set(), world))
      assert.strictEqual(opened.status, 201, opened.body)
    })
  )

  const vending = Effect.fnUntraced(function* ({ code, ...particulars }: Step, ...names: ReadonlyArray<string>) {
    const faults = new Set(names)
    isRow(yield* ask(faults, vendWith(faults, yield* World.World)), code, particulars)
  })
  const managing = Effect.fnUntraced(function* ({ code, ...particulars }: Step, ...names: ReadonlyArray<string>) {
    const faults = new Set(names)
    const { adminToken } = yield* Service
    isRow(yield* ask(faults, manageWith(faults, yield* World.World, adminToken)), code, particulars)
  })

  const opening = Effect.fnUntraced(function* ({ code, ...particulars }: Step, ...names: ReadonlyArray<string>) {
    const faults = new Set(names)
    isRow(yield* ask(faults, openWith(faults, yield* World.World)), code, particulars)
  })

  for (const step of runtimeSteps) it.effect(`an app's own: ${step.name} alone`, () => opening(step, step.name))
  for (const { first, second } of pairsOf(runtimeSteps)) {
    it.effect(`an app's own: ${first.name} before ${second.name}`, () => opening(first, first.name, second.name))
  }
  for (const step of vendSteps) it.effect(`a vend: ${step.name} alone`, () => vending(step, step.name))
  for (const step of managementSteps) it.effect(`management: ${step.name} alone`, () => managing(step, step.name))
  for (const { first, second } of pairsOf(vendSteps)) {
    it.effect(`a vend: ${first.name} before ${second.name}`, () => vending(first, first.name, second.name))
  }
  for (const { first, second } of pairsOf(managementSteps)) {
    it.effect(`management: ${first.name} before ${second.name}`, () => managing(first, first.name, second.name))
  }

  it.effect("a secret in the query is of the shape: after the route and the method, before the key", () =>
    Effect.gen(function* () {
      const { port } = yield* Service
      const { keys } = yield* World.World
      const asked = (method: string, path: string) => one(port, message({ method, path, bearer: keys.revoked }))
      isRow(yield* asked("GET", "/credentials/notion/x?token=x"), "not_found")
      isRow(yield* asked("GET", "/nowhere?token=x"), "not_found")
      isRow(yield* asked("POST", "/credentials/notion?token=x"), "method_not_allowed", { allow: "GET" })
      isRow(yield* asked("DELETE", "/api/tenants?token=x"), "method_not_allowed", { allow: "GET, POST" })
      isRow(yield* asked("GET", "/credentials/notion?token=x"), "validation_failed", { field: "query" })
      isRow(yield* asked("GET", "/api/tenants?token=x"), "validation_failed", { field: "query" })
    })
  )

  it.effect("a key that is revoked and expired is revoked, and one nobody issued is neither", () =>
    Effect.gen(function* () {
      const { keys } = yield* World.World
      yield* administer(`UPDATE broker.app_keys SET expires_at = now() WHERE revoked_at IS NOT NULL`)
      isRow(yield* vend("notion", keys.revoked), "app_revoked")
      isRow(yield* vend("notion", keys.unknown), "app_unknown")
    })
  )
})
