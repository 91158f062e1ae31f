import { Effect, Schema } from "effect"

const decode = Schema.decodeUnknownEffect(Schema.Struct({ token: Schema.String }))

/** A token that names a user of the app, as the app asks for it. */
export const issueUserToken = Effect.fnUntraced(function* (baseUrl: string, key: string, subject: string) {
  const response = yield* Effect.promise(() =>
    fetch(`${baseUrl}/api/deployments/me/user-tokens`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ subject })
    })
  )
  const { token } = yield* Effect.orDie(decode(yield* Effect.promise(() => response.json())))
  return token
})
