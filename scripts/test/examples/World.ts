/** The service with a tool that has three users, two of whom connected an account, and the provider they go to. */
import { Context, Effect, Layer, Schema } from "effect"
import * as Service from "../../../packages/server/test/fixtures/service.ts"
import { message, one } from "../../../packages/server/test/fixtures/wire.ts"
import { notion } from "./notion.ts"

const Issued = Schema.fromJsonString(Schema.Struct({ token: Schema.String }))

/** Where people reach the service. */
export const publicUrl = "https://vendo.example"

export class World extends Context.Service<
  World,
  {
    /** What an example is started with. */
    readonly environment: Readonly<Record<string, string>>
    /** User tokens. Carol connected nothing. */
    readonly users: { readonly alice: string; readonly bob: string; readonly carol: string }
  }
>()("@vendodev/scripts/test/World") {
  static readonly layer = Layer.effect(
    World,
    Effect.gen(function* () {
      const { port, server } = yield* Service.Service
      const tenant = yield* Service.makeTenant
      const profile = "byok_static"
      yield* Service.connectAndBind(tenant, "notion", { credential: "token-of-the-tool", profile })
      for (const user of ["alice", "bob"]) {
        const body = { slug: "notion", profile, credential: `token-of-${user}`, user }
        const { id } = yield* Service.made("POST", `${tenant.base}/connections`, body)
        yield* Service.bind(tenant.base, tenant.app, "notion", id)
      }
      const issue = Effect.fnUntraced(function* (subject: string) {
        const answer = yield* one(
          port,
          message({
            method: "POST",
            path: "/api/deployments/me/user-tokens",
            bearer: tenant.key,
            body: JSON.stringify({ subject }),
            headers: { "Content-Type": "application/json" }
          })
        )
        return (yield* Schema.decodeEffect(Issued)(answer.body)).token
      })
      const users = yield* Effect.all({ alice: issue("alice"), bob: issue("bob"), carol: issue("carol") })
      const { url } = yield* notion
      return World.of({
        users,
        environment: { VENDO_API_KEY: tenant.key, VENDO_BASE_URL: server.baseUrl, NOTION_URL: url }
      })
    })
  ).pipe(Layer.provide(Service.layer({ VENDO_PUBLIC_URL: publicUrl })), Layer.orDie)
}
