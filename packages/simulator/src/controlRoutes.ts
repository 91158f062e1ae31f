/** The controls over HTTP: `POST /_control/<operation>`, JSON in and JSON out. */
import { Cause, Effect, Schema } from "effect"
import * as Answer from "./Answer.ts"
import { type Controls, operations } from "./Controls.ts"

export const prefix = "/_control/"

type Handler = (body: string) => Effect.Effect<unknown, Schema.SchemaError>

const handler =
  <A>(input: Schema.Codec<A>, run: (input: A) => Effect.Effect<unknown>): Handler =>
  (body) => {
    const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(input), { onExcessProperty: "error" })
    return Effect.flatMap(decode(body === "" ? "{}" : body), run)
  }

const handlersOf = (controls: Controls): Readonly<Record<keyof typeof operations, Handler>> => ({
  putAccount: handler(operations.putAccount.input, ({ id, settings }) => controls.putAccount(id, settings)),
  patchAccount: handler(operations.patchAccount.input, ({ id, patch }) => controls.patchAccount(id, patch)),
  removeAccount: handler(operations.removeAccount.input, ({ id }) => controls.removeAccount(id)),
  rotate: handler(operations.rotate.input, ({ id }) => controls.rotate(id)),
  expire: handler(operations.expire.input, ({ id }) => controls.expire(id)),
  reconnect: handler(operations.reconnect.input, ({ id }) => controls.reconnect(id)),
  addFaults: handler(operations.addFaults.input, ({ faults }) => controls.addFaults(...faults)),
  clearFaults: handler(operations.clearFaults.input, () => controls.clearFaults),
  faults: handler(operations.faults.input, () => controls.faults),
  settings: handler(operations.settings.input, () => controls.settings),
  patchSettings: handler(operations.patchSettings.input, controls.patchSettings),
  now: handler(operations.now.input, () => controls.now),
  mark: handler(operations.mark.input, () => controls.mark),
  calls: handler(operations.calls.input, controls.calls),
  credentialCalls: handler(operations.credentialCalls.input, ({ since }) => controls.credentialCalls(since)),
  tokens: handler(operations.tokens.input, ({ account }) => controls.tokens(account)),
  validity: handler(operations.validity.input, ({ at, token }) => controls.validity(token, at)),
  clearCalls: handler(operations.clearCalls.input, () => controls.clearCalls),
  webhook: handler(operations.webhook.input, controls.webhook),
  sendWebhook: handler(operations.sendWebhook.input, ({ url, webhook }) => controls.sendWebhook(url, webhook))
})

export const answerControlOf = (controls: Controls) => {
  const handlers: ReadonlyMap<string, Handler> = new Map(Object.entries(handlersOf(controls)))
  return ({ body, method, target }: Answer.Request): Effect.Effect<Answer.Answer> => {
    const handle = method === "POST" ? handlers.get(target.slice(prefix.length)) : undefined
    if (handle === undefined) return Effect.succeed(Answer.json(404, { error: "no such control" }))
    return Effect.matchCause(handle(body), {
      onFailure: (cause) => Answer.json(400, { error: Cause.pretty(cause) }),
      onSuccess: (value) => Answer.json(200, value ?? null)
    })
  }
}
