/** The consent flow: a link, the hosted page behind it, and the way back. */
import { Option, Schema } from "effect"
import { type Answer, isoDate, json, redirect } from "./Answer.ts"
import { refuse } from "./errors.ts"
import type { Context } from "./Context.ts"
import { issue, revoke } from "./tokens.ts"
import { change, find, put, type World } from "./World.ts"

const consentMs = 600_000

const Body = Schema.fromJsonString(
  Schema.Struct({
    auth_config_id: Schema.String,
    user_id: Schema.String,
    callback_url: Schema.optionalKey(Schema.String),
    alias: Schema.optionalKey(Schema.String)
  })
)
const decode = Schema.decodeUnknownOption(Body)

/** What a test said, or what the id says: a link leads to an account of the toolkit that is meant. */
const toolkitOf = ({ settings }: World, authConfigId: string): string | undefined =>
  new Map(Object.entries(settings.authConfigs)).get(authConfigId) ?? /^ac_(.+)$/.exec(authConfigId)?.[1]

const noAuthConfig = () => refuse(404, { slug: "AuthConfig_NotFound", code: 10404, message: "Auth config not found" })

export const authConfig = ({ id, world }: Context): Answer => {
  const toolkit = toolkitOf(world, id)
  if (toolkit === undefined) return noAuthConfig()
  return json(200, {
    id,
    status: "ENABLED",
    auth_scheme: "OAUTH2",
    is_composio_managed: false,
    toolkit: { slug: toolkit }
  })
}

const newId = (prefix: string) => `${prefix}_${crypto.randomUUID().replaceAll("-", "").slice(0, 12)}`

export const link = ({ now, request, url, world }: Context): Answer =>
  Option.match(decode(request.body), {
    onNone: () => refuse(400, { code: 10400, message: "auth_config_id and user_id are required" }),
    onSome: ({ alias = null, auth_config_id: authConfigId, callback_url: callbackUrl, user_id: userId }) => {
      const toolkit = toolkitOf(world, authConfigId)
      if (toolkit === undefined) return noAuthConfig()
      const id = newId("ca")
      const token = newId("ln")
      const account = put(world, id, { toolkit, authConfigId, userId, alias, status: "INITIATED" }, now)
      account.consentUntil = now + consentMs
      world.links.set(token, { account: id, callbackUrl, expiresAt: now + consentMs })
      return json(201, {
        link_token: token,
        redirect_url: `${url.origin}/link/${token}`,
        expires_at: isoDate(now + consentMs + world.settings.skewMs),
        connected_account_id: id
      })
    }
  })

/** The user consented: the account works, with a token of this moment. */
export const finishConsent = (world: World, id: string, now: number): void => {
  const account = find(world, id, now)
  if (account === undefined) return
  revoke(account, now)
  change(world, account, { status: "ACTIVE", statusReason: null }, now)
  if (account.current === undefined) issue(account, world.ledger, now)
}

/**
 * What the user's browser gets from the hosted page. `outcome=failed` refuses the consent; `as=<person>` says who gives
 * it; `claim=<account id>` comes back as a success of another account, which is what an attacker would write into the
 * query.
 */
export const hostedPage = ({ id, now, url, world }: Context): Answer => {
  const found = world.links.get(id)
  if (found === undefined || now >= found.expiresAt) return refuse(404, { message: "This link is not valid any more" })
  world.links.delete(id)
  const claim = url.searchParams.get("claim")
  const failed = url.searchParams.get("outcome") === "failed"
  const account = find(world, found.account, now)
  if (claim === null && failed && account !== undefined) {
    change(world, account, { status: "FAILED", statusReason: "The callback failed in the token exchange" }, now)
  }
  const person = url.searchParams.get("as")
  if (person !== null && account !== undefined) change(world, account, { person }, now)
  if (claim === null && !failed) finishConsent(world, found.account, now)
  if (found.callbackUrl === undefined || !URL.canParse(found.callbackUrl)) return json(200, { done: true })
  const back = new URL(found.callbackUrl)
  back.searchParams.set("status", failed ? "failed" : "success")
  back.searchParams.set("connected_account_id", claim ?? found.account)
  return redirect(back.href)
}
