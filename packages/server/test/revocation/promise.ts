/** What was revoked is not vended again: on two nodes, under load, one revocation after another. */
import { assert, layer } from "@effect/vitest"
import { Array, Effect, Fiber } from "effect"
import type { ErrorCode } from "@vendodev/domain/BrokerError"
import * as ServerProcess from "@vendodev/testing/ServerProcess"
import { makeMany, type Opened } from "../fixtures/bulk.ts"
import { type Answered, type Call, call } from "../fixtures/client.ts"
import * as Service from "../fixtures/service.ts"

const lanes = 8

const slug = "notion"
const vend = (port: number, { key }: Opened) => call(port, { method: "GET", path: `/credentials/${slug}`, bearer: key })

const isVended = ({ credential }: Opened, { status, text }: Answered) =>
  status === 200 && text.includes(`"${credential}"`)

const scope = (i: number): Opened["scope"] => (i % 2 === 0 ? "app" : "connection")

/** What is taken away, how, and what is answered from then on. */
interface Kind {
  readonly what: string
  readonly code: (opened: Opened) => ErrorCode
  readonly scope?: (i: number) => Opened["scope"]
  readonly revoke: (opened: Opened) => Pick<Call, "method" | "path">
}

const kinds: ReadonlyArray<Kind> = [
  {
    what: "a key",
    code: () => "app_revoked",
    revoke: ({ keyId }) => ({ method: "DELETE", path: `keys/${keyId}` })
  },
  {
    what: "a binding",
    code: () => "binding_missing",
    revoke: ({ app }) => ({ method: "DELETE", path: `apps/${app}/bindings/${slug}` })
  },
  {
    what: "a connection",
    code: () => "connection_revoked",
    scope,
    revoke: ({ connection }) => ({ method: "POST", path: `connections/${connection}/revoke` })
  },
  {
    what: "a connection that is removed",
    code: ({ scope }) => (scope === "app" ? "binding_missing" : "app_revoked"),
    scope,
    revoke: ({ connection }) => ({ method: "DELETE", path: `connections/${connection}` })
  }
]

/** So many revocations of a kind, each followed by a vend that starts after it was answered. */
const holds = Effect.fnUntraced(function* ({ code, revoke, scope }: Kind, revocations: number) {
  const { adminToken, environment, port } = yield* Service.Service
  const second = yield* ServerProcess.start(environment)
  const nodes = [port, second.port] as const
  const tenants = yield* Effect.forEach(Array.range(1, lanes), () => makeMany(revocations / lanes, scope))

  // Others are vended all the while, on both nodes, and stay so.
  const [bystander] = yield* makeMany(1)
  if (bystander === undefined) return assert.fail("no bystander")
  let served = 0
  const background = yield* Effect.forEach(nodes, (node) =>
    Effect.forkScoped(
      Effect.forever(
        Effect.map(vend(node, bystander), (answered) => {
          assert.isTrue(isVended(bystander, answered), answered.text)
          served++
        })
      )
    )
  )

  const outcomes = yield* Effect.forEach(
    tenants,
    (targets) =>
      Effect.forEach(targets, (opened, i) =>
        Effect.gen(function* () {
          // Each of two nodes revokes, and each is asked: four pairs in turn.
          const [revoker, asked] = [nodes[i % 2] ?? port, nodes[Math.floor(i / 2) % 2] ?? port]
          const warm = yield* vend(asked, opened)
          assert.isTrue(isVended(opened, warm), warm.text)

          // One that is under way at the same moment may go either way.
          const during = yield* Effect.forkChild(vend(asked, opened))
          const { method, path } = revoke(opened)
          const base = `/api/tenants/${opened.tenant}`
          const answer = yield* call(revoker, { method, path: `${base}/${path}`, bearer: adminToken })
          assert.isBelow(answer.status, 300, answer.text)
          const after = yield* vend(asked, opened)
          const meanwhile = yield* Fiber.join(during)
          assert.isTrue(isVended(opened, meanwhile) || meanwhile.code === code(opened), meanwhile.text)
          return after.code === code(opened)
        })
      ),
    { concurrency: "unbounded" }
  )
  const held = outcomes.flat()
  assert.deepStrictEqual(
    { asked: held.length, held: held.filter((isAnswered) => isAnswered).length },
    { asked: revocations, held: revocations }
  )

  assert.isAbove(served, 0)
  assert.isTrue(background.every((fiber) => fiber.pollUnsafe() === undefined))
  // Whoever asked all the while is in the middle of it: nobody waits for that to be drained.
  yield* ServerProcess.stop(second.child, "SIGKILL")
}, Effect.scoped)

export const promise = ({ minutes, revocations }: { readonly minutes: number; readonly revocations: number }) =>
  layer(Service.layer(), { excludeTestServices: true })("Revocation on two nodes", (it) => {
    it.effect.each(kinds)(
      `of $what holds for every vend that starts after it was answered, ${revocations} of ${revocations}`,
      (kind) => holds(kind, revocations),
      minutes * 60_000
    )
  })
