/** What is asked about a deployment: two answers hold its variables, and the others no secret. */
import { Effect } from "effect"
import { type Call, call } from "../fixtures/client.ts"
import { deploymentOf } from "../fixtures/deployed.ts"

interface Tools {
  readonly port: number
  readonly adminToken: string
  readonly administer: (...statements: ReadonlyArray<string>) => Effect.Effect<void>
  /** Asks, and keeps the answer as one that may hold no secret. */
  readonly ask: (request: Call) => Effect.Effect<unknown>
  readonly manage: (method: string, path: string, body?: unknown) => Effect.Effect<unknown>
  /** Each plants a secret and answers it. */
  readonly text: (what: string) => string
  readonly credential: (what: string) => string
  readonly tenant: string
  /** Of the app, and another to hand over to. */
  readonly app: string
  readonly other: string
  readonly own: Readonly<Record<"key" | "narrow" | "gone" | "late", string>>
  /** Credentials that are bound. */
  readonly bound: ReadonlyArray<string>
}

const run = "0190b5a4-0000-7000-8000-0000000000aa"

/** Answers what can be asked again when something is broken. */
export const deploymentQuestions = Effect.fnUntraced(function* (tools: Tools) {
  const { administer, adminToken, app, ask, bound, credential, manage, other, own, port, tenant, text } = tools
  yield* administer(deploymentOf(tenant.slice(1), app))
  const environment = `${tenant}/deployments/${app}/environment`
  const change = (variables: unknown) => manage("PATCH", environment, { variables })
  const mine = credential("a variable of the tenant's own")
  yield* change({ MINE: mine, GONE: text("a variable that is taken away") })
  yield* change({ GONE: null })
  yield* change({ VENDO_API_KEY: text("a value for a name of the service") })
  yield* change({ NOTION_TOKEN: text("a value for a derived name") })
  yield* change({ [text("a secret for a name")]: "x" })
  yield* change({ [text("a secret for a name in upper case").toUpperCase()]: "a\0b" })
  yield* change({ NUL: `${text("a value with NUL")}\0` })
  yield* change({ LONG: text("a value too long").padEnd(10_001, "x") })
  yield* change({ OBJECT: { value: text("a value in an object") } })
  yield* change(text("a value for all variables"))
  yield* manage("PATCH", environment, { varaibles: { A: text("a value under a mistyped name") } })
  yield* manage("GET", environment)
  yield* manage("GET", `${environment}?reveal=${text("a secret for a yes")}`)

  /** These hold them, and must. */
  const whole = Effect.fnUntraced(function* (path: string, bearer: string) {
    const answer = yield* call(port, { method: "GET", path, bearer })
    for (const secret of [mine, ...bound]) {
      if (!answer.text.includes(JSON.stringify(secret).slice(1, -1))) {
        return yield* Effect.die(new Error(`not all is in ${path}: ${answer.text}`))
      }
    }
  })
  const ofItself = "/api/deployments/me/environment"
  yield* whole(ofItself, own.key)
  yield* whole(`/api/tenants${environment}?reveal=1`, adminToken)
  for (const bearer of [own.narrow, own.gone, own.late, `${own.key}x`]) {
    yield* ask({ method: "GET", path: ofItself, bearer })
  }

  const said = { state: "running", env_version: 1, restart: 0, health: "unknown", exit_code: null }
  const report = (body: unknown, id = run, bearer = own.key) =>
    ask({ method: "PUT", path: `/api/deployments/me/runs/${id}`, bearer, body })
  yield* report(said)
  yield* report({ ...said, state: text("a secret for a state") })
  yield* report({ ...said, exit_code: text("a secret for an exit code") })
  yield* report({ ...said, output: text("what the command printed") })
  yield* report(said, text("a secret for a run"))
  yield* report(said, run, own.narrow)
  yield* report(said, run, own.gone)

  const move = (body: unknown) => manage("POST", `${tenant}/bindings/notion/move`, body)
  yield* move({ to: other })
  yield* report(said)
  yield* move({ to: text("a secret for an app") })
  yield* move({ to: other, token: text("a secret beside an app") })
  yield* manage("GET", `${tenant}/hand-overs/${text("a secret for a hand-over")}`)
  yield* administer(`UPDATE broker.hand_overs SET state = 'cancelled', ended_at = now()`)
  for (const act of ["restart", "stop", "start"]) yield* manage("POST", `${tenant}/deployments/${app}/${act}`)

  let times = 0
  return Effect.suspend(() => {
    times++
    return Effect.all([
      change({ MINE: credential(`a variable set when all is broken, ${times}`) }),
      manage("GET", environment),
      report(said),
      ask({ method: "GET", path: ofItself, bearer: own.narrow })
    ])
  })
})
