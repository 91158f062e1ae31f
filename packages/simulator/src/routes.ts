/** The upstream's API, as far as a broker may meet it. */
import { Option, Schema } from "effect"
import { type Account, isActive } from "./Account.ts"
import { accountBody } from "./accountBody.ts"
import * as Answer from "./Answer.ts"
import { authConfig, link } from "./connect.ts"
import { type Context, type Route, viewOf } from "./Context.ts"
import { refuse } from "./errors.ts"
import { listAccounts } from "./listAccounts.ts"
import { proxy } from "./proxy.ts"
import { revoke } from "./tokens.ts"
import { change, find } from "./World.ts"

const withAccount =
  (answer: (account: Account, context: Context) => Answer.Answer) =>
  (context: Context): Answer.Answer => {
    const account = find(context.world, context.id, context.now)
    return account === undefined ? refuse(404) : answer(account, context)
  }

const decoded = <A>(schema: Schema.Codec<A, string>, text: string): Option.Option<A> =>
  Schema.decodeUnknownOption(schema)(text)

const Enabled = Schema.fromJsonString(Schema.Struct({ enabled: Schema.Boolean }))
const Masking = Schema.fromJsonString(Schema.Struct({ mask_secret_keys_in_connected_account: Schema.Boolean }))

const config = ({ world }: Context) =>
  Answer.json(200, {
    mask_secret_keys_in_connected_account: world.settings.masking,
    log_visibility_setting: "show_all",
    is_2FA_enabled: false
  })

const one = "/connected_accounts/([^/]+)"
const v31 = (path: string) => new RegExp(`^/api/v3\\.1${path}$`)
const v3 = (path: string) => new RegExp(`^/api/v3(?:\\.1)?${path}$`)

export const routes: ReadonlyArray<Route> = [
  {
    name: "account",
    method: "GET",
    path: v3(one),
    needs: "read",
    answer: withAccount((account, { now, world }) =>
      Answer.json(200, accountBody(account, viewOf(world, account, now), "one"))
    )
  },
  { name: "accounts", method: "GET", path: v3("/connected_accounts"), needs: "read", answer: listAccounts },
  {
    // Retired for accounts on the upstream's own OAuth clients.
    name: "create",
    method: "POST",
    path: v3("/connected_accounts"),
    needs: "write",
    answer: () => refuse(400, { message: "This endpoint is retired for OAuth accounts: use /connected_accounts/link" })
  },
  { name: "authConfig", method: "GET", path: v3("/auth_configs/([^/]+)"), needs: "read", answer: authConfig },
  { name: "link", method: "POST", path: v3("/connected_accounts/link"), needs: "write", answer: link },
  {
    // Not a refresh of a token: it starts a new consent, and a working account no longer works.
    name: "refresh",
    method: "POST",
    path: v3(`${one}/refresh`),
    needs: "write",
    answer: withAccount((account, { now, url, world }) => {
      change(world, account, { status: "INITIATED", statusReason: null }, now)
      account.consentUntil = now + 600_000
      return Answer.json(200, { id: account.id, status: "INITIATED", redirect_url: `${url.origin}/link/${account.id}` })
    })
  },
  {
    name: "setStatus",
    method: "PATCH",
    path: v3(`${one}/status`),
    needs: "write",
    answer: withAccount((account, { now, request, world }) =>
      Option.match(decoded(Enabled, request.body), {
        onNone: () => refuse(400, { code: 10400, message: "enabled must be a boolean" }),
        onSome: ({ enabled }) => {
          const statusReason = "Status changed by a user"
          change(world, account, { status: enabled ? "ACTIVE" : "INACTIVE", statusReason }, now)
          return Answer.json(200, { success: true })
        }
      })
    )
  },
  {
    name: "revoke",
    method: "POST",
    path: v3(`${one}/revoke`),
    needs: "write",
    answer: withAccount((account, { now, world }) => {
      const already = account.settings.status === "REVOKED"
      if (!already && !isActive(account)) return refuse(409)
      revoke(account, now)
      change(world, account, { status: "REVOKED", statusReason: "Revoked through the revoke endpoint" }, now)
      const revoked_tokens = already ? [] : ["access_token", "refresh_token"]
      return Answer.json(200, { revoked_tokens, connected_account: { id: account.id, status: "REVOKED" } })
    })
  },
  {
    name: "delete",
    method: "DELETE",
    path: v3(one),
    needs: "write",
    answer: withAccount((account, { now, url, world }) => {
      const revokes = url.searchParams.get("revoke_on_delete") === "true"
      if (revokes) revoke(account, now)
      world.accounts.delete(account.id)
      return Answer.json(200, { success: true, ...(revokes ? { revoke_job_id: "job_simulated" } : {}) })
    })
  },
  { name: "config", method: "GET", path: v3("/org/project/config"), needs: "read", answer: config },
  {
    name: "setConfig",
    method: "PATCH",
    path: v3("/org/project/config"),
    needs: "write",
    answer: (context) =>
      Option.match(decoded(Masking, context.request.body), {
        onNone: () => refuse(400, { code: 10400, message: "mask_secret_keys_in_connected_account must be a boolean" }),
        onSome: ({ mask_secret_keys_in_connected_account: masking }) => {
          context.world.settings = { ...context.world.settings, masking }
          return config(context)
        }
      })
  },
  { name: "proxy", method: "POST", path: v31("/tools/execute/proxy"), needs: "write", answer: proxy }
]
