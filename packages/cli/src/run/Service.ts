/** The service, as a run speaks with it: on the word of the key it was given. */
import { Context, Effect, Layer, Redacted, Schema, Stream } from "effect"
import { Sse } from "effect/encoding"
import { HttpClient, HttpClientRequest } from "effect/http"
import { HttpApiClient, HttpApiMiddleware } from "effect/http-api"
import { AppAuth } from "@vendodev/api/AppAuth"
import { VendoApi } from "@vendodev/api/VendoApi"
import type { Environment, RunId, RunReport, Wanted } from "@vendodev/domain/Deployment"
import { Failure } from "../Failure.ts"
import type { Reportable } from "../report.ts"
import { fromVariable } from "../secret.ts"
import { Server } from "../Server.ts"
import { Pace } from "./Pace.ts"
import { passes, Problem, problemOf } from "./Problem.ts"

const noKey = (detail: string) =>
  new Failure({ code: "not_configured", detail, fix: "export VENDO_API_KEY=$(vendo key mint --app <app>)" })

/** The shape of a key. Whether it is one is the service's to say. */
const isKey = Schema.is(Schema.String.check(Schema.isPattern(/^vendo_sk_[0-9A-Za-z]{42}$/)))

/** The key of the environment. What can not be one is refused before it is sent anywhere. */
const apiKey = Effect.gen(function* () {
  const found = yield* fromVariable("VENDO_API_KEY")
  if (found._tag === "None") return yield* noKey("there is no key to run with: VENDO_API_KEY is not set")
  const key = Redacted.make(Redacted.value(found.value).trim(), { label: "VENDO_API_KEY" })
  return isKey(Redacted.value(key))
    ? key
    : yield* noKey("VENDO_API_KEY holds no app key, which is vendo_sk_ and 42 more")
})

/** What may want something of a run. What is spent, for one, does not. */
export const isPressing = (kind: string): boolean => /^(?:deployment|connection|binding)\./.test(kind)

/** No event is so long. */
const longestEvent = 1024 * 1024

/** Of variables that no process can be given, the names. */
const unfit = ({ variables }: Environment): ReadonlyArray<string> =>
  Object.entries(variables).flatMap(([name, value]) =>
    /^[^=\0]+$/.test(name) && !Redacted.value(value).includes("\0") ? [] : [name]
  )

export class Service extends Context.Service<
  Service,
  {
    /** Where it is, which may be shown. */
    readonly url: string
    /** Everything the command is to be started with. */
    readonly environment: Effect.Effect<Environment, Problem>
    /** Says how the run is, and answers what it is to do. */
    readonly report: (run: RunId, report: RunReport) => Effect.Effect<Wanted, Problem>
    /** Runs `heard` when it begins to listen, and at every event that may want something of a run. Comes to an end with the connection. */
    readonly listen: (heard: Effect.Effect<unknown>) => Effect.Effect<void, Problem>
  }
>()("@vendodev/cli/run/Service") {
  static readonly layer = Layer.effect(
    Service,
    Effect.gen(function* () {
      const { url } = yield* Server
      const { answer, silence } = yield* Pace
      const key = yield* apiKey
      const httpClient = yield* HttpClient.HttpClient
      const authorized = HttpApiMiddleware.layerClient(AppAuth, ({ next, request }) =>
        next(HttpClientRequest.bearerToken(request, key))
      )
      const [runs, events] = yield* Effect.all([
        HttpApiClient.group(VendoApi, { group: "runs", httpClient, baseUrl: url }),
        HttpApiClient.group(VendoApi, { group: "events", httpClient, baseUrl: url })
      ]).pipe(Effect.provide(authorized))

      // What an answer does to whoever reads it is no end of a command, and may not be shown.
      const asked = <A>(call: Effect.Effect<A, Reportable>): Effect.Effect<A, Problem> =>
        call.pipe(
          Effect.mapError((error) => problemOf(url, error)),
          Effect.catchDefect(() => Effect.fail(passes(`${url} answers what can not be understood`))),
          Effect.timeoutOrElse({ duration: answer, orElse: () => Effect.fail(passes(`${url} does not answer`)) })
        )

      const fitting = (environment: Environment) => {
        const names = unfit(environment)
        return names.length === 0
          ? Effect.succeed(environment)
          : Effect.fail(passes(`no process can be given what these variables hold: ${names.join(", ")}`))
      }

      return Service.of({
        url,
        environment: Effect.flatMap(asked(runs.environment({})), fitting),
        report: (run, report) => asked(runs.report({ params: { run }, payload: report })),
        listen: Effect.fnUntraced(function* (heard) {
          const bytes = yield* asked(events.stream({ headers: {} }))
          yield* heard
          let count = 0
          const parser = Sse.makeParser((said) => (count += said._tag === "Event" && isPressing(said.event) ? 1 : 0), {
            maxEventSize: longestEvent
          })
          yield* Stream.decodeText(bytes).pipe(
            Stream.timeout(silence),
            Stream.runForEach((text) => {
              const before = count
              parser.feed(text)
              return count === before ? Effect.void : heard
            }),
            Effect.mapError((error) => problemOf(url, error))
          )
        })
      })
    })
  )
}
