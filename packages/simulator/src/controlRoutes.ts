/** The controls over HTTP: `POST /_control/<operation>`, JSON in and JSON out. */
import { Cause, Effect, Schema } from "effect"
import * as Answer from "./Answer.ts"

export const prefix = "/_control/"

type Handler = (body: string) => Effect.Effect<unknown, Schema.SchemaError>

export const handler =
  <A>(input: Schema.Codec<A>, run: (input: A) => Effect.Effect<unknown>): Handler =>
  (body) => {
    const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(input), { onExcessProperty: "error" })
    return Effect.flatMap(decode(body === "" ? "{}" : body), run)
  }

/** One for each operation. */
export type Handlers<Operations> = Readonly<Record<keyof Operations, Handler>>

export const answerControlOf = (all: Handlers<Record<string, unknown>>) => {
  const handlers: ReadonlyMap<string, Handler> = new Map(Object.entries(all))
  return ({ body, method, target }: Answer.Request): Effect.Effect<Answer.Answer> => {
    const handle = method === "POST" ? handlers.get(target.slice(prefix.length)) : undefined
    if (handle === undefined) return Effect.succeed(Answer.json(404, { error: "no such control" }))
    return Effect.matchCause(handle(body), {
      onFailure: (cause) => Answer.json(400, { error: Cause.pretty(cause) }),
      onSuccess: (value) => Answer.json(200, value ?? null)
    })
  }
}
