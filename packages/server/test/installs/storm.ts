/** Installations and bindings that want the same things, asked of nodes that die, until each is answered. */
import { Data, Effect, Fiber, Random, Schedule, Schema } from "effect"
import { type Answer, message, one } from "../fixtures/wire.ts"
import { connect, made, makeApp, Service } from "../fixtures/service.ts"
import { Nodes } from "./Nodes.ts"

export interface Tenant {
  readonly id: string
  readonly base: string
  /** Plain apps, which are bound by hand. */
  readonly apps: ReadonlyArray<string>
  /** Two bots. The second is one that the next tenant has, too. */
  readonly bots: ReadonlyArray<string>
  readonly notions: ReadonlyArray<string>
}

export interface Install {
  readonly kind: "install"
  readonly tenant: Tenant
  readonly idempotencyKey: string
  readonly slug: string
  readonly bot: string
  readonly notion: string
}

export interface Bind {
  readonly kind: "bind"
  readonly tenant: Tenant
  readonly app: string
  readonly integration: "telegram" | "notion"
  readonly connection: string
}

export type Operation = Install | Bind

export interface Outcome {
  readonly operation: Operation
  readonly answer: Answer
  /** How often it was asked before somebody answered. */
  readonly asked: number
}

export const manifest = ["name: echo-bot", "version: 1", "integrations: [telegram, notion]", ""].join("\n")

const bot = (n: number) => `${1_000_000 + n}:chaos-bot-${"x".repeat(20)}`

/** Each with two bots, two workspaces and three plain apps. */
export const makeTenants = Effect.fnUntraced(function* (count: number) {
  return yield* Effect.forEach(
    Array.from({ length: count }, (_, n) => n),
    Effect.fnUntraced(function* (n) {
      const slug = `chaos-${n}`
      const { id } = yield* made("POST", "/tenants", { slug, name: slug })
      const base = `/tenants/${id}`
      const bots = yield* Effect.forEach([n, (n + 1) % count], (which, at) =>
        connect(base, "telegram", { credential: bot(which), name: `bot-${at}` })
      )
      const notions = yield* Effect.forEach(["a", "b"], (name) =>
        connect(base, "notion", { credential: `ntn_chaos_${n}_${name}`, profile: "oauth_app_install", name })
      )
      const apps = yield* Effect.forEach(["x", "y", "z"], (name) => Effect.map(makeApp(base, name), ({ app }) => app))
      const tenant: Tenant = { id, base, apps, bots, notions }
      return tenant
    }),
    { concurrency: 4 }
  )
})

const oneOf = <A>(all: ReadonlyArray<A>): Effect.Effect<A> =>
  Effect.flatMap(Random.nextIntBetween(0, all.length, { halfOpen: true }), (at) => {
    const found = all[at]
    return found === undefined ? Effect.die(new Error("there is nothing to choose from")) : Effect.succeed(found)
  })

/** Seven of ten install; there are fewer slugs and bots than there are those that want them. */
const choose = Effect.fnUntraced(function* (tenants: ReadonlyArray<Tenant>, n: number) {
  const tenant = yield* oneOf(tenants)
  if (n % 10 < 7) {
    const install: Install = {
      kind: "install",
      tenant,
      idempotencyKey: `install-${n}`,
      slug: yield* oneOf(["one", "two", "three", "four", "five", "six"]),
      bot: yield* oneOf(tenant.bots),
      notion: yield* oneOf(tenant.notions)
    }
    return install
  }
  const integration = yield* oneOf(["telegram", "notion"] as const)
  const bind: Bind = {
    kind: "bind",
    tenant,
    app: yield* oneOf(tenant.apps),
    integration,
    connection: yield* oneOf(integration === "telegram" ? tenant.bots : tenant.notions)
  }
  return bind
})

const requestOf = (operation: Operation, bearer: string) => {
  if (operation.kind === "bind") {
    const { app, connection, integration, tenant } = operation
    return message({
      method: "PUT",
      path: `/api${tenant.base}/apps/${app}/bindings/${integration}`,
      bearer,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ connection_id: connection })
    })
  }
  const { bot, idempotencyKey, notion, slug, tenant } = operation
  return message({
    method: "POST",
    path: "/api/deployments",
    bearer,
    headers: { "Content-Type": "application/json", "Idempotency-Key": idempotencyKey },
    body: JSON.stringify({
      tenant_id: tenant.id,
      manifest,
      slug,
      choices: { telegram: { connection_id: bot }, notion: { connection_id: notion } }
    })
  })
}

/** Nobody answered, or somebody who had no time. */
class NotYet extends Data.TaggedError("NotYet")<{ readonly why: string }> {}

/** Asks one node after another until there is an answer that says what became of it. */
export const ask = Effect.fnUntraced(function* (operation: Operation, first: number) {
  const { adminToken } = yield* Service
  const nodes = yield* Nodes
  let asked = 0
  const answer = yield* Effect.suspend(() => {
    const port = nodes.port(first + asked++)
    return one(port, requestOf(operation, adminToken), { deadline: 30_000 })
  }).pipe(
    Effect.mapError(({ message }) => new NotYet({ why: message })),
    Effect.filterOrFail(
      ({ status }) => status < 500,
      ({ body, status }) => new NotYet({ why: `${status} ${body}` })
    ),
    Effect.retry({ times: 2_000, schedule: Schedule.spaced("20 millis") }),
    Effect.orDie
  )
  const outcome: Outcome = { operation, answer, asked }
  return outcome
})

/** All at the same time, while one node after another is killed. */
export const rage = Effect.fnUntraced(function* (
  tenants: ReadonlyArray<Tenant>,
  { kills, operations }: { readonly operations: number; readonly kills: number }
) {
  const nodes = yield* Nodes
  const wanted = yield* Effect.forEach(
    Array.from({ length: operations }, (_, n) => n),
    (n) => choose(tenants, n)
  )
  const storm = yield* Effect.forkChild(
    Effect.forEach(wanted, (operation, n) => ask(operation, n), { concurrency: "unbounded" })
  )
  for (let kill = 0; kill < kills; kill++) {
    yield* nodes.replace(yield* Random.nextIntBetween(0, 4, { halfOpen: true }))
  }
  return yield* Fiber.join(storm)
})

const Installed = Schema.fromJsonString(
  Schema.Struct({ key: Schema.String, deployment: Schema.Struct({ id: Schema.String, slug: Schema.String }) })
)
export const readInstalled = Schema.decodeUnknownEffect(Installed)
