/** The controls of a simulator in another process. */
import { Data, Effect, Schema } from "effect"
import { FetchHttpClient, HttpClient, HttpClientRequest } from "effect/http"
import { prefix } from "./controlRoutes.ts"
import { type Controls, operations } from "./Controls.ts"

/** A defect of the test: it asked for what the simulator does not have. */
class ControlRefused extends Data.TaggedError("ControlRefused")<{ readonly message: string }> {}

interface Operation<In, Out> {
  readonly input: Schema.Codec<In>
  readonly output: Schema.Codec<Out>
}

/** `baseUrl` is the one the listener gave. Nothing here fails: a simulator that does not answer is a defect. */
export const make = (baseUrl: string): Controls => {
  const call = <In, Out>(name: string, { output }: Operation<In, Out>, input: In): Effect.Effect<Out> =>
    Effect.gen(function* () {
      const client = yield* HttpClient.HttpClient
      const request = HttpClientRequest.post(new URL(prefix + name, baseUrl)).pipe(
        HttpClientRequest.bodyText(JSON.stringify(input), "application/json")
      )
      const response = yield* client.execute(request)
      const text = yield* response.text
      if (response.status !== 200) return yield* new ControlRefused({ message: `${name}: ${text}` })
      return yield* Schema.decodeUnknownEffect(Schema.fromJsonString(output))(text)
    }).pipe(Effect.provide(FetchHttpClient.layer), Effect.withTracerEnabled(false), Effect.orDie)
  const tell = <In>(name: string, operation: Operation<In, null>, input: In) =>
    Effect.asVoid(call(name, operation, input))

  return {
    putAccount: (id, settings = {}) => tell("putAccount", operations.putAccount, { id, settings }),
    patchAccount: (id, patch) => tell("patchAccount", operations.patchAccount, { id, patch }),
    removeAccount: (id) => tell("removeAccount", operations.removeAccount, { id }),
    rotate: (id) => call("rotate", operations.rotate, { id }),
    expire: (id) => tell("expire", operations.expire, { id }),
    reconnect: (id) => tell("reconnect", operations.reconnect, { id }),
    addFaults: (...faults) => tell("addFaults", operations.addFaults, { faults }),
    clearFaults: tell("clearFaults", operations.clearFaults, {}),
    faults: call("faults", operations.faults, {}),
    settings: call("settings", operations.settings, {}),
    patchSettings: (patch) => tell("patchSettings", operations.patchSettings, patch),
    now: call("now", operations.now, {}),
    mark: call("mark", operations.mark, {}),
    calls: (filter = {}) => call("calls", operations.calls, filter),
    credentialCalls: (since = 0) => call("credentialCalls", operations.credentialCalls, { since }),
    tokens: (account) => call("tokens", operations.tokens, account === undefined ? {} : { account }),
    validity: (token, at) => call("validity", operations.validity, at === undefined ? { token } : { token, at }),
    clearCalls: tell("clearCalls", operations.clearCalls, {}),
    webhook: (options) => call("webhook", operations.webhook, options),
    sendWebhook: (url, webhook) => call("sendWebhook", operations.sendWebhook, { url, webhook })
  }
}
