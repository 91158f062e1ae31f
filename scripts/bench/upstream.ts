/** A simulator of Composio: where Vendo got the tokens that are fresh during the run. */
import { Effect } from "effect"
import * as FakeComposio from "@vendodev/simulator/FakeComposio"
import { listen } from "@vendodev/simulator/listen"

export interface Upstream {
  readonly baseUrl: string
  readonly apiKey: string
  /** The tokens it gave an account so far, the newest last. */
  readonly tokens: (account: string) => Effect.Effect<ReadonlyArray<{ readonly token: string }>>
  /** How often it was asked for one. */
  readonly asked: Effect.Effect<number>
}

/** In seconds. So long that nothing is renewed during the longest run, and said so exactly that nobody doubts it. */
const lifetime = 3 * 24 * 3600

/** With one account for each of `accounts`; until the scope closes. */
export const start = Effect.fn("upstream.start")(function* (accounts: ReadonlyArray<string>) {
  const account = { toolkit: "google", lifetime, expiresAt: "iso", expiresIn: "absent" } as const
  const composio = yield* FakeComposio.make({ accounts: Object.fromEntries(accounts.map((id) => [id, account])) })
  const { baseUrl } = yield* listen(composio)
  const { apiKey } = yield* composio.settings
  const upstream: Upstream = {
    baseUrl,
    apiKey,
    tokens: composio.tokens,
    asked: Effect.map(composio.credentialCalls(), (calls) => Object.values(calls).reduce((sum, n) => sum + n, 0))
  }
  return upstream
})
