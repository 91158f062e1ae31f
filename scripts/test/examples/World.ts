/** The service with a tool that has three users, two of whom connected an account, and the provider they go to. */
import { Context, Effect, Layer } from "effect"
import * as Service from "../../../packages/server/test/fixtures/service.ts"
import { connectUser } from "../sdks/connectUser.ts"
import { issueUserToken } from "../sdks/issueUserToken.ts"
import { notion } from "./notion.ts"

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
      const { server } = yield* Service.Service
      const tenant = yield* Service.makeTenant
      const profile = "byok_static"
      yield* Service.connectAndBind(tenant, "notion", { credential: "token-of-the-tool", profile })
      for (const user of ["alice", "bob"]) yield* connectUser(tenant, user)
      const issue = (user: string) => issueUserToken(server.baseUrl, tenant.key, user)
      const users = yield* Effect.all({ alice: issue("alice"), bob: issue("bob"), carol: issue("carol") })
      const { url } = yield* notion
      return World.of({
        users,
        environment: { VENDO_API_KEY: tenant.key, VENDO_BASE_URL: server.baseUrl, NOTION_URL: url }
      })
    })
  ).pipe(Layer.provide(Service.layer({ VENDO_PUBLIC_URL: publicUrl })), Layer.orDie)
}
