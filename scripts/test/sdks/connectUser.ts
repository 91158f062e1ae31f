import { Effect } from "effect"
import { bind, made } from "../../../packages/server/test/fixtures/service.ts"

/** Connects Notion for a user of the app; what is vended to them is `token-of-<user>`. */
export const connectUser = Effect.fnUntraced(function* (
  tenant: { readonly base: string; readonly app: string },
  user: string
) {
  const { id } = yield* made("POST", `${tenant.base}/connections`, {
    slug: "notion",
    profile: "byok_static",
    credential: `token-of-${user}`,
    user
  })
  yield* bind(tenant.base, tenant.app, "notion", id)
})
