/** A call of the provider through the upstream, and the provider itself. */
import { Option, Schema } from "effect"
import { isActive } from "./Account.ts"
import { type Answer, json } from "./Answer.ts"
import { refuse } from "./errors.ts"
import type { Context } from "./Context.ts"
import { find } from "./World.ts"

const Body = Schema.fromJsonString(
  Schema.Struct({
    endpoint: Schema.String,
    method: Schema.String,
    connected_account_id: Schema.optionalKey(Schema.String)
  })
)
const decode = Schema.decodeUnknownOption(Body)

const registrable = (host: string) => host.split(".").slice(-2).join(".")

/** The outer status says only that the proxy worked; what the provider said is inside. */
export const proxy = ({ now, request, world }: Context): Answer =>
  Option.match(decode(request.body), {
    onNone: () => refuse(400, { code: 10400, message: "endpoint and method are required" }),
    onSome: ({ connected_account_id: id, endpoint }) => {
      if (id === undefined) return refuse(400, { slug: "MissingAuthContext", message: "No connected account" })
      const account = find(world, id, now)
      if (account === undefined) return refuse(404)
      if (!isActive(account)) return refuse(422)
      const { settings } = account
      const own = `${settings.toolkit}.example`
      if (URL.canParse(endpoint) && registrable(new URL(endpoint).hostname) !== own) {
        return refuse(400, { slug: "OriginMismatch", message: `The endpoint is not of ${own}` })
      }
      const valid = account.current !== undefined && world.ledger.validity(account.current.token, now).valid
      const status = settings.providerStatus > 0 ? settings.providerStatus : valid ? 200 : 401
      const data = status < 400 ? { account: id } : { error: "invalid_token" }
      return json(200, { data, status, headers: { "content-type": "application/json" } })
    }
  })

/** The provider, for a tool that uses its token: who it is, or 401. */
export const provider = ({ now, request, world }: Context): Answer => {
  const token = /^bearer (.+)$/i.exec(request.headers["authorization"] ?? "")?.[1] ?? ""
  const { accounts, valid } = world.ledger.validity(token, now)
  return valid ? json(200, { accounts }) : json(401, { error: "invalid_token" })
}
