/**
 * An upstream that behaves as Composio is documented to, for tests and for development. It keeps a ledger of every call
 * and of every token it ever issued. Its time is that of Effect's `Clock`.
 */
import { Clock, Effect } from "effect"
import type { AccountPatch } from "./Account.ts"
import * as Answer from "./Answer.ts"
import { answering, decoded, type Simulator, urlOf } from "./answering.ts"
import { hostedPage } from "./connect.ts"
import { answerControlOf, prefix as controlPrefix } from "./controlRoutes.ts"
import type { Context, Route } from "./Context.ts"
import type { Controls } from "./Controls.ts"
import { controlsOf, handlersOf } from "./controlsOf.ts"
import { limited, refuse } from "./errors.ts"
import type { Call } from "./Ledger.ts"
import { provider } from "./proxy.ts"
import { routes } from "./routes.ts"
import * as World from "./World.ts"

export interface Options extends World.SettingsPatch {
  readonly accounts?: Readonly<Record<string, AccountPatch>>
}

/** It answers calls of the API, of the hosted page and of the controls. */
export interface FakeComposio extends Controls, Simulator {}

/** Routes without a key: of the browser, of the provider, and where a redirect leads to. */
const open: ReadonlyArray<Route> = [
  { name: "hosted", method: "GET", path: /^\/link\/([^/]+)$/, needs: "read", answer: hostedPage },
  { name: "provider", method: "GET", path: /^\/_provider(?:\/.*)?$/, needs: "read", answer: provider },
  {
    // A host that must never see the key.
    name: "elsewhere",
    method: "GET",
    path: /^\/_elsewhere(?:\/.*)?$/,
    needs: "read",
    answer: () => Answer.json(200, { elsewhere: true })
  }
]

const isRetired = (path: string) => /^\/api\/v[12]\//.test(path)

const credentials = ["x-api-key", "x-user-api-key", "x-org-api-key"]

const keyOf = ({ apiKey, readKey }: World.Settings, headers: Answer.Request["headers"]): Call["key"] => {
  const sent = credentials.filter((name) => headers[name] !== undefined)
  if (sent.length > 1) return "several"
  const key = headers["x-api-key"]
  if (key === undefined) return sent.length === 0 ? "absent" : "wrong"
  return key === apiKey || key === readKey ? "right" : "wrong"
}

/** What every answer of the API carries. */
const commonHeaders = (
  world: World.World,
  left: number,
  now: number,
  requestId: string | undefined
): Answer.Headers => [
  ["date", Answer.httpDate(now + world.settings.skewMs)],
  ["x-ratelimit", String(world.settings.rateLimit)],
  ["x-ratelimit-remaining", String(Math.max(0, left))],
  ["x-ratelimit-window-size", "600s"],
  ...(requestId === undefined ? [] : [["x-request-id", requestId] as const])
]

const truthOf = (
  context: Context,
  route: Route | undefined,
  key: Call["key"],
  limit: ReturnType<typeof World.count>
) => {
  const { request, url, world } = context
  if (route !== undefined && open.includes(route)) return route.answer(context)
  if (isRetired(url.pathname)) return refuse(410)
  if (limit.left < 0) return limited(world.settings.rateLimit, limit.seconds)
  if (key === "several") return refuse(401, { message: "Provide exactly one authentication mode" })
  if (key !== "right") return refuse(401)
  if (route === undefined) return refuse(404, { slug: "HTTP_NotFound", code: 10404, message: "No such route" })
  const mayWrite = request.headers["x-api-key"] === world.settings.apiKey
  return route.needs === "write" && !mayWrite ? refuse(403) : route.answer(context)
}

const all = [...open, ...routes]

const answerApi = Effect.fnUntraced(function* (world: World.World, request: Answer.Request) {
  const url = urlOf(request)
  const route = all.find(({ method, path }) => method === request.method && path.test(url.pathname))
  const id = decoded(route?.path.exec(url.pathname)?.[1] ?? "")
  const key = keyOf(world.settings, request.headers)
  const limit = World.count(world, yield* Clock.currentTimeMillis)
  return yield* answering(world, request, {
    path: url.pathname,
    query: url.search,
    route: route?.name ?? "unknown",
    account: id === "" ? null : id,
    key,
    latencyMs: world.settings.latencyMs + (world.accounts.get(id)?.settings.latencyMs ?? 0),
    common: (now) => commonHeaders(world, limit.left, now, request.headers["x-request-id"]),
    truth: (now) => Effect.sync(() => truthOf({ world, now, request, url, id }, route, key, limit))
  })
})

export const make = Effect.fnUntraced(function* ({ accounts = {}, ...settings }: Options = {}) {
  const world = World.make(settings)
  const now = yield* Clock.currentTimeMillis
  for (const [id, patch] of Object.entries(accounts)) World.put(world, id, patch, now)
  const controls = controlsOf(world)
  const answerControl = answerControlOf(handlersOf(controls))
  const simulator: FakeComposio = {
    ...controls,
    answer: (request) => (request.target.startsWith(controlPrefix) ? answerControl(request) : answerApi(world, request))
  }
  return simulator
})
