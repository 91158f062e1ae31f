import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { type ErrorCode, errorTable } from "@vendodev/domain/BrokerError"
import { start } from "@vendodev/testing/ServerProcess"
import { administer } from "./edges/administer.ts"
import { outages } from "./edges/outages.ts"
import { type Case, refusals } from "./edges/refusals.ts"
import { isRow, isToken } from "./edges/row.ts"
import { Service, vend } from "./fixtures/service.ts"
import { message, one } from "./fixtures/wire.ts"
import * as World from "./edges/world.ts"

/** The rows nothing answers with yet. Whoever makes one reachable moves it below, or this does not compile. */
const notYet = ["balance_exhausted", "spend_cap_daily", "spend_cap_monthly"] as const

const reachable: Record<Exclude<ErrorCode, (typeof notYet)[number]>, ReadonlyArray<Case>> = { ...refusals, ...outages }

const casesOf = new Map<string, ReadonlyArray<Case>>(Object.entries(reachable))

layer(World.layer({ VENDO_MAX_IN_FLIGHT: "1", ...World.nobodyThere }), { excludeTestServices: true })(
  "The error table",
  (it) => {
    it.effect("is covered: each code is provoked below, or known to be out of reach", () =>
      Effect.sync(() => {
        const covered = [...Object.keys(reachable), ...notYet].toSorted()
        assert.deepStrictEqual(covered, errorTable.map(({ code }) => code).toSorted())
        for (const [code, cases] of Object.entries(reachable)) assert.isAbove(cases.length, 0, code)
      })
    )

    for (const { code } of errorTable) {
      for (const { ask, body, broken, name, particulars } of casesOf.get(code) ?? []) {
        const test = broken === undefined ? it.effect : it.effect.fails
        test(`${code}: ${name}`, () =>
          Effect.gen(function* () {
            const answer = yield* ask
            const fields = isRow(answer, code, particulars)
            if (body !== undefined) yield* body(fields)
            const said = JSON.stringify(answer)
            for (const secret of yield* World.secrets) assert.notInclude(said, secret)
            if (code !== "internal_error") return
            // All the caller learns is the number under which the log has the rest.
            const requestId = answer.headers["x-request-id"] ?? ""
            assert.deepStrictEqual(fields, { error: "internal error", detail: requestId })
            const { server } = yield* Service
            assert.include(server.output(), requestId)
          }))
      }
    }

    it.effect("leaves the service as it was: the next vend is answered, and no slot is taken", () =>
      Effect.gen(function* () {
        const { keys, token } = yield* World.World
        for (let i = 0; i < 3; i++) isToken(yield* vend("notion", keys.good), token)
      })
    )

    it.effect("lets the database's clock say when a key has expired, not the process's", () =>
      Effect.gen(function* () {
        const { keys, keyIds, token } = yield* World.World
        const { environment } = yield* Service
        yield* administer(
          `UPDATE broker.app_keys SET expires_at = now() + interval '1 hour' WHERE id = '${keyIds.good}'`
        )
        const twoHoursAhead = "data:text/javascript,const%20now=Date.now;Date.now=()=>now()+7200000"
        const { port } = yield* start({ ...environment, NODE_OPTIONS: `--import=${twoHoursAhead}` })
        const ask = (bearer: string) => one(port, message({ path: "/credentials/notion", bearer }))
        isToken(yield* ask(keys.good), token)
        isRow(yield* ask(keys.expired), "app_expired")
      })
    )

    it.effect("leaves no secret in the log", () =>
      Effect.gen(function* () {
        const { server } = yield* Service
        for (const secret of yield* World.secrets) assert.notInclude(server.output(), secret)
      })
    )
  }
)
