/** What is promised of many who install and bind the same things while nodes die, for as many as there is time for. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Random } from "effect"
import { vend } from "../fixtures/service.ts"
import * as Service from "../fixtures/service.ts"
import { Nodes } from "./Nodes.ts"
import { ask, makeTenants, type Outcome, rage, readInstalled } from "./storm.ts"
import { bindings, whole } from "./whole.ts"

const seed = process.env["VENDO_TEST_SEED"] ?? crypto.randomUUID()

const refusals = new Set(["connection_in_use", "conflict"])

const codeOf = ({ answer }: Outcome) => answer.headers["vendo-error-code"] ?? ""

export const promise = (size: { readonly tenants: number; readonly operations: number; readonly kills: number }) =>
  layer(Nodes.layer.pipe(Layer.provideMerge(Service.layer()), Layer.orDie), {
    excludeTestServices: true,
    timeout: 120_000
  })(
    `${size.operations} who install and bind at once in ${size.tenants} tenants, while ${size.kills} nodes die:`,
    (it) => {
      it.effect(
        "nothing is there in halves or twice, and everything that was acknowledged is",
        () =>
          Effect.gen(function* () {
            yield* Effect.logInfo(`seed ${seed}`)
            const tenants = yield* makeTenants(size.tenants)
            const outcomes = yield* rage(tenants, size)
            assert.lengthOf(outcomes, size.operations)

            for (const outcome of outcomes) {
              const { status } = outcome.answer
              if (status >= 300) assert.isTrue(refusals.has(codeOf(outcome)), `${status} ${outcome.answer.body}`)
            }

            const deployments = new Map((yield* whole).map((deployment) => [deployment.id, deployment]))
            const acknowledged = yield* Effect.forEach(
              outcomes.flatMap((outcome) =>
                outcome.operation.kind === "install" && outcome.answer.status === 201
                  ? [{ outcome, operation: outcome.operation }]
                  : []
              ),
              Effect.fnUntraced(function* ({ operation, outcome }) {
                return { outcome, operation, installed: yield* Effect.orDie(readInstalled(outcome.answer.body)) }
              })
            )
            assert.isAbove(acknowledged.length, 0)
            for (const { installed, operation } of acknowledged) {
              const found = deployments.get(installed.deployment.id)
              assert.deepStrictEqual(
                { slug: found?.slug, connections: found?.connections },
                { slug: operation.slug, connections: [operation.notion, operation.bot] }
              )
            }
            // Each was acknowledged to somebody: all asked until they were answered.
            assert.strictEqual(new Set(acknowledged.map(({ installed }) => installed.key)).size, acknowledged.length)
            assert.strictEqual(deployments.size, acknowledged.length)

            const bound = yield* bindings
            const wanted = Map.groupBy(
              outcomes.flatMap(({ answer, operation }) =>
                operation.kind === "bind" && answer.status === 200 ? [operation] : []
              ),
              ({ app, integration }) => `${app} ${integration}`
            )
            for (const [place, operations] of wanted) {
              assert.include(
                operations.map(({ connection }) => connection),
                bound.get(place)
              )
            }

            // Repeating any of them answers the same, key and all; and the key is good.
            yield* Effect.forEach(
              acknowledged,
              Effect.fnUntraced(function* ({ installed, operation, outcome }, n) {
                const again = yield* ask(operation, n)
                assert.deepStrictEqual([again.answer.status, again.answer.body], [201, outcome.answer.body])
                const vended = yield* vend("notion", installed.key)
                assert.strictEqual(vended.status, 200, vended.body)
              }),
              { concurrency: 8 }
            )
          }).pipe(Random.withSeed(seed)),
        30 * 60_000
      )
    }
  )
