/** A tool on the service with a simulated Composio: two users of its own, and accounts whose tokens can be ended. */
import { Context, Effect, Layer } from "effect"
import { createServer } from "node:http"
import { administer } from "../../../packages/server/test/edges/administer.ts"
import * as Composio from "../../../packages/server/test/fixtures/composio.ts"
import * as Service from "../../../packages/server/test/fixtures/service.ts"
import { connectUser } from "../sdks/connectUser.ts"
import { issueUserToken } from "../sdks/issueUserToken.ts"

/** Runs `work` for every request, and answers when it is done. */
const onRequest = Effect.fnUntraced(function* <R>(work: Effect.Effect<unknown, never, R>) {
  const run = Effect.runForkWith(yield* Effect.context<R>())
  const server = yield* Effect.acquireRelease(
    Effect.sync(() =>
      createServer((_, response) => {
        run(Effect.map(work, () => response.end("done")))
      })
    ),
    (server) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )
  return yield* Effect.callback<string>((resume) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      resume(Effect.succeed(`http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/`))
    })
  })
})

const make = Effect.gen(function* () {
  const { environment, server } = yield* Service.Service
  const composio = yield* Composio.Composio
  const tenant = yield* Service.makeTenant
  const profile = "byok_static"
  yield* Service.connectAndBind(tenant, "notion", { credential: "token-of-the-tool", profile })
  for (const user of ["alice", "bob"]) yield* connectUser(tenant, user)
  yield* Service.connectAndBind(tenant, "openai", { credential: "sk-vended", profile })
  yield* Service.managed("POST", `${tenant.base}/credits`, { amount_micros: 2_500_000, reference: "first" })
  const accounts = yield* Effect.forEach(["google", "gmail"], (slug) => Composio.connectAccount(tenant, slug))
  let ended = 0
  const endTheTokens = Effect.gen(function* () {
    ended = yield* composio.mark
    for (const { account } of accounts) yield* composio.expire(account)
    // A token that was fetched just now is not looked at again.
    yield* administer(`UPDATE broker.connections SET token_taken_at = token_taken_at - interval '1 minute'`)
  })
  return {
    /** What its programs are started with. */
    environment: {
      VENDO_API_KEY: tenant.key,
      VENDO_BASE_URL: server.baseUrl,
      ALICE: yield* issueUserToken(server.baseUrl, tenant.key, "alice"),
      BOB: yield* issueUserToken(server.baseUrl, tenant.key, "bob"),
      PROVIDER_URL: `${environment["COMPOSIO_BASE_URL"]}/_provider/me`,
      MEANWHILE_URL: yield* onRequest(endTheTokens)
    },
    /** What the provider answered since its tokens were ended last, and how often one was fetched from Composio. */
    sinceTheEnd: Effect.gen(function* () {
      const calls = yield* composio.calls({ since: ended, route: "provider" })
      const fetches = yield* composio.credentialCalls(ended)
      const fetched = accounts.reduce((sum, { account }) => sum + (fetches[account] ?? 0), 0)
      return { answers: calls.map(({ status }) => status), fetched }
    })
  }
})

export class Tool extends Context.Service<Tool, Effect.Success<typeof make>>()("@vendodev/scripts/test/Tool") {
  static readonly layer = Layer.effect(Tool, make).pipe(Layer.provide(Composio.layer()), Layer.orDie)
}
