/** What an app asks on its own behalf: one answer holds credentials, one a ticket, and the others no secret. */
import { Effect } from "effect"
import type { KeyPrefix } from "@vendodev/broker/vault/KeyFormat"
import { type Call, call } from "../fixtures/client.ts"

interface Tools {
  readonly port: number
  /** Asks, and keeps the answer as one that may hold no secret. */
  readonly ask: (request: Call) => Effect.Effect<unknown>
  readonly manage: (method: string, path: string, body?: unknown) => Effect.Effect<unknown>
  /** Each plants a secret and answers it. */
  readonly text: (what: string) => string
  readonly known: (what: string, key: string) => string
  readonly invented: (what: string, prefix: KeyPrefix) => string
  readonly tenant: string
  readonly own: Readonly<Record<"key" | "narrow" | "gone" | "late", string>>
  /** The credentials that are bound. */
  readonly notion: string
  readonly openai: string
  readonly telegram: string
}

/** Answers what can be asked again when something is broken. */
export const ownQuestions = Effect.fnUntraced(function* (tools: Tools) {
  const { ask, invented, known, manage, notion, openai, own, port, telegram, tenant, text } = tools
  const path = "/api/deployments/me/connections"
  const listed = Effect.fnUntraced(function* (query: string, ...expected: ReadonlyArray<string>) {
    const { text } = yield* call(port, { method: "GET", path: path + query, bearer: own.key })
    for (const secret of expected) {
      if (!text.includes(JSON.stringify(secret).slice(1, -1))) return yield* Effect.die(new Error(`unlisted: ${text}`))
    }
  })
  yield* listed("", notion, openai, telegram)
  yield* listed("?sandbox=1", notion, openai)
  yield* ask({ method: "GET", path, bearer: own.narrow })
  yield* ask({ method: "GET", path, bearer: own.gone })
  yield* ask({ method: "GET", path, bearer: `${own.key}x` })
  yield* ask({ method: "GET", path: `${path}?sandbox=${text("a secret for a sandbox")}`, bearer: own.key })
  const jwtLike = `${text("the head of a JWT, listed")}.${text("its claims, listed")}.${text("its tag, listed")}`
  yield* ask({ method: "GET", path, bearer: own.key, headers: { "x-vendo-user-jwt": jwtLike } })
  const visit = (body: object) => ({ method: "POST", path: "/api/connect-sessions", bearer: own.key, body })
  const opened = yield* call(port, visit({ slug: "notion", return_to: "https://tool.example/", state: "s" }))
  const page = opened.text.slice(opened.text.indexOf("/connections/connect/")).replace(/".*$/s, "")
  known("the ticket of a connect session", page.slice(page.indexOf("vendo_ct_")))
  if (opened.status !== 201) return yield* Effect.die(new Error(`no session: ${opened.text}`))
  yield* ask({ method: "GET", path: page })
  yield* ask({ method: "GET", path: `${page}x` })
  yield* ask({ method: "GET", path: page.replace("/connections/connect/notion", "/api/integrations") })
  yield* ask(visit({ slug: "notion", return_to: `https://u:${text("a password to return with")}@tool.example/` }))
  yield* ask(
    visit({ slug: "notion", return_to: `https://tool.example/?x=${invented("a key to return with", "vendo_sk_")}` })
  )
  yield* ask(visit({ slug: "notion", state: `${text("a secret in a state")}\n` }))
  yield* ask(visit({ slug: text("a secret for a slug to connect") + "!" }))
  yield* manage("POST", `${tenant}/credits`, { amount_micros: 5, reference: `${text("a secret for a reference")} ` })
  yield* manage("POST", `${tenant}/credits`, { amount_micros: text("a secret for an amount"), reference: "r" })
  for (const what of ["balance", "spend-caps", "usage"]) {
    yield* ask({ method: "GET", path: `/api/billing/${what}`, bearer: own.key })
    yield* ask({ method: "GET", path: `/api/billing/${what}`, bearer: own.late })
  }
  yield* ask({ method: "GET", path: `/api/billing/usage?period=${text("a secret for a period")}`, bearer: own.key })
  return Effect.andThen(ask({ method: "GET", path, bearer: own.key }), ask(visit({ slug: "notion" })))
})
