import { assert, layer } from "@effect/vitest"
import { Array, Effect, Fiber } from "effect"
import type { ErrorCode } from "@vendodev/domain/BrokerError"
import * as ServerProcess from "@vendodev/testing/ServerProcess"
import { makeMany, type Opened } from "./fixtures/bulk.ts"
import { type Answered, type Call, call } from "./fixtures/client.ts"
import * as Service from "./fixtures/service.ts"

const revocations = 1_000
const lanes = 8

const slug = "notion"
const vend = (port: number, { key }: Opened) => call(port, { method: "GET", path: `/credentials/${slug}`, bearer: key })

const isVended = ({ credential }: Opened, { status, text }: Answered) =>
  status === 200 && text.includes(`"${credential}"`)

/** What is taken away, how, and what is answered from then on. */
const kinds: ReadonlyArray<{
  readonly what: string
  readonly code: ErrorCode
  readonly scope?: (i: number) => Opened["scope"]
  readonly revoke: (opened: Opened) => Pick<Call, "path">
}> = [
  { what: "a key", code: "app_revoked", revoke: ({ keyId }) => ({ path: `keys/${keyId}` }) },
  { what: "a binding", code: "binding_missing", revoke: ({ app }) => ({ path: `apps/${app}/bindings/${slug}` }) },
  {
    what: "a connection",
    code: "connection_revoked",
    scope: (i) => (i % 2 === 0 ? "app" : "connection"),
    revoke: ({ connection }) => ({ path: `connections/${connection}` })
  }
]

layer(Service.layer(), { excludeTestServices: true })("Revocation on two nodes", (it) => {
  it.effect.each(kinds)(
    `of $what holds for every vend that starts after it was answered, ${revocations} of ${revocations}`,
    ({ code, revoke, scope }) =>
      Effect.gen(function* () {
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
                const path = `/api/tenants/${opened.tenant}/${revoke(opened).path}`
                const answer = yield* call(revoker, { method: "DELETE", path, bearer: adminToken })
                assert.isBelow(answer.status, 300, answer.text)
                const after = yield* vend(asked, opened)
                const meanwhile = yield* Fiber.join(during)
                assert.isTrue(isVended(opened, meanwhile) || meanwhile.code === code, meanwhile.text)
                return after.code
              })
            ),
          { concurrency: "unbounded" }
        )
        const codes = outcomes.flat()
        assert.deepStrictEqual(
          { asked: codes.length, codes: new Set(codes) },
          { asked: revocations, codes: new Set([code]) }
        )

        assert.isAbove(served, 0)
        assert.isTrue(background.every((fiber) => fiber.pollUnsafe() === undefined))
      }).pipe(Effect.scoped),
    3 * 60_000
  )
})
