/**
 * All providers in one: `https://<host>/<path>` of any of them is `/<host>/<path>` here. They answer as they are known
 * to, keep a ledger of every call, and their time is that of Effect's `Clock`.
 */
import { Clock, Effect } from "effect"
import * as Answer from "./Answer.ts"
import { answering, decoded, type Simulator, urlOf } from "./answering.ts"
import { answerControlOf, prefix as controlPrefix } from "./controlRoutes.ts"
import { controlsOf, handlersOf } from "./providers/controlsOf.ts"
import * as keys from "./providers/FakeKeys.ts"
import * as notion from "./providers/FakeNotion.ts"
import * as strict from "./providers/FakeStrictOAuth.ts"
import * as telegram from "./providers/FakeTelegram.ts"
import { notFound, parametersOf, type Context, type Route } from "./providers/ProviderRoute.ts"
import * as World from "./providers/World.ts"
import type { ProvidersControls } from "./ProvidersControls.ts"

export type Options = World.SettingsPatch

/** It answers the calls of every provider, browsers that come to consent, and the controls. */
export interface FakeProviders extends ProvidersControls, Simulator {}

const routes: ReadonlyArray<Route> = [...telegram.routes, ...notion.routes, ...strict.routes, ...keys.routes]

const answerProvider = Effect.fnUntraced(function* (world: World.World, request: Answer.Request) {
  const url = urlOf(request)
  const [, host = "", path = "/"] = /^\/([^/]+)(\/.*)?$/.exec(url.pathname) ?? []
  const route = routes.find(
    (each) => each.host === host && each.methods.includes(request.method) && each.path.test(path)
  )
  const parts = (route?.path.exec(path)?.slice(1) ?? []).map((part) => decoded(part))
  const parameters = parametersOf(request, url)
  const at = (now: number): Context => ({
    world,
    now,
    request,
    url,

    parts,
    parameters
  })
  const about = route?.about(at(yield* Clock.currentTimeMillis))
  return yield* answering(world, request, {
    path: about?.path ?? url.pathname,
    query: url.search,
    route: route?.name ?? "unknown",
    account: about?.account ?? null,
    key: about?.key ?? "absent",
    latencyMs: world.settings.latencyMs,
    common: (now) => [["date", Answer.httpDate(now)]],
    truth: (now) => route?.answer(at(now)) ?? Effect.succeed(notFound)
  })
})

export const make = Effect.fnUntraced(function* (settings: Options = {}) {
  const world = World.make(settings)
  const controls = controlsOf(world)
  const answerControl = answerControlOf(handlersOf(controls))
  const simulator: FakeProviders = {
    ...controls,
    answer: (request) =>
      request.target.startsWith(controlPrefix) ? answerControl(request) : answerProvider(world, request)
  }
  return simulator
})
