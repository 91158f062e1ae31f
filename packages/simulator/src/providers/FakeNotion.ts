/** Notion: its OAuth server, and who a token is of. */
import { Effect } from "effect"
import { type Answer, json } from "../Answer.ts"
import { routesOf } from "./FakeOAuth.ts"
import { accountOf } from "./keyAccount.ts"
import { bearerOf, type Context, type Route } from "./ProviderRoute.ts"

const host = "api.notion.com"

const oauth = routesOf({
  name: "notion",
  host,
  paths: { authorize: "/v1/oauth/authorize", token: "/v1/oauth/token", revoke: "/v1/oauth/revoke" },
  clientAuth: "basic",
  pkce: false,
  issuer: undefined,
  wants: { owner: "user" },
  lifetime: undefined,
  answer: ({ token, workspace }) => ({
    access_token: token,
    token_type: "bearer",
    bot_id: botIdOf(workspace.id),
    workspace_id: workspace.id,
    workspace_name: workspace.name,
    workspace_icon: null,
    owner: { type: "user", user: { object: "user", id: "5f000000-0000-4000-8000-00000000000f" } },
    duplicated_template_id: null
  })
})

const botIdOf = (workspace: string) => workspace.replace(/^5f/, "b0")

const unauthorized = json(401, {
  object: "error",
  status: 401,
  code: "unauthorized",
  message: "API token is invalid."
})

/** Whose a token is: one that was issued here, while it is good; or one that was pasted. */
const holderOf = ({ now, request, world }: Context) => {
  const token = bearerOf(request) ?? ""
  const { accounts, known, valid } = world.ledger.validity(token, now)
  if (!known) return accountOf(world, "notion", token)
  const workspace = world.settings.workspaces.find(({ id }) => id === accounts[0])
  return valid && workspace !== undefined ? workspace : undefined
}

const me = (context: Context): Answer => {
  const holder = holderOf(context)
  if (context.request.headers["notion-version"] === undefined) {
    return json(400, { object: "error", status: 400, code: "missing_version", message: "Notion-Version is missing." })
  }
  if (holder === undefined) return unauthorized
  const bot = { owner: { type: "workspace", workspace: true }, workspace_name: holder.name }
  return json(200, { object: "user", id: botIdOf(holder.id), name: "Simulated integration", type: "bot", bot })
}

export const routes: ReadonlyArray<Route> = [
  ...oauth,
  {
    name: "notion.me",
    host,
    methods: ["GET"],
    path: /^\/v1\/users\/me$/,
    about: (context) => {
      const holder = holderOf(context)
      return { account: holder?.id ?? null, key: holder === undefined ? "wrong" : "right" }
    },
    answer: (context) => Effect.sync(() => me(context))
  }
]
