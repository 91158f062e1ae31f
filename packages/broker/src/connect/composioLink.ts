/**
 * Consent at Composio: a link is made, the browser follows it and comes back.
 * Nothing it brings is believed but the state; which account is meant was said
 * by Composio when the link was made, and how it stands is asked anew.
 */
import { Effect, Option, Schedule, Schema } from "effect"
import type { Integration } from "@vendodev/catalog/Integration"
import { ComposioAccountId } from "@vendodev/domain/Ids"
import { ComposioClient } from "../upstream/ComposioClient.ts"
import { ComposioLinks, type LinkRequest } from "../upstream/ComposioLinks.ts"
import { type Account, Providers } from "../upstream/Providers.ts"
import { ConnectFailed } from "./ConnectFailed.ts"
import { type Obtained, ownerOf } from "./Obtained.ts"
import { contextOf } from "./paste.ts"

/** What must be known again when the browser is back. */
export const Linked = Schema.Struct({
  way: Schema.Literal("composio"),
  account: ComposioAccountId,
  authConfig: Schema.String
})
export type Linked = typeof Linked.Type

const nobody: Account = { id: Option.none(), name: Option.none() }

/** What may still change by itself is looked at again, a moment later. */
const patience = { schedule: Schedule.spaced("500 millis"), times: 3 }

const refused = (code: ConnectFailed["code"], detail: string) =>
  new ConnectFailed({ code, row: "upstream_error", detail })

export const makeComposioLink = Effect.gen(function* () {
  const links = yield* ComposioLinks
  const composio = yield* ComposioClient
  const providers = yield* Providers

  /** Whose it is and what it is about, asked with the token Composio has of it; not known, if there is none to be had. */
  const examine = Effect.fn("composioLink.examine")(function* (integration: Integration, account: ComposioAccountId) {
    const token = yield* Effect.option(composio.fetch(account, Option.none()))
    const owner = Option.match(token, {
      onNone: () => Effect.succeed(nobody),
      onSome: ({ token }) => Effect.orElseSucceed(providers.whoami(integration, token), () => nobody)
    })
    const context = Option.match(token, {
      onNone: () => Effect.succeed([]),
      onSome: ({ token }) => providers.discover(integration, token)
    })
    const obtained: Obtained = {
      profile: "composio_managed",
      secret: null,
      account,
      owner: ownerOf(yield* owner),
      context: yield* contextOf(integration, context),
      unverified: false
    }
    return obtained
  })

  return {
    configured: links.configured,
    examine,
    begin: Effect.fn("composioLink.begin")(function* (request: LinkRequest) {
      const { account, url } = yield* Effect.mapError(links.create(request), ({ detail }) =>
        refused("composio_initiate_failed", detail)
      )
      const linked: Linked = { way: "composio", account, authConfig: request.authConfig }
      return { url, linked }
    }),
    finish: Effect.fn("composioLink.finish")(function* (integration: Integration, { account, authConfig }: Linked) {
      const found = yield* links.inspect(account).pipe(
        Effect.mapError(({ detail }) => refused("composio_get_failed", detail)),
        Effect.repeat({ ...patience, while: ({ isUnderWay }) => isUnderWay })
      )
      const { composio: said, name, slug } = integration
      if (found.toolkit.toLowerCase() !== (said?.toolkit ?? slug) || found.authConfig !== authConfig) {
        return yield* refused("composio_account_mismatch", `this is not the ${name} account that was asked for`)
      }
      if (!found.isActive) {
        return yield* refused("composio_not_active", `the ${name} account was not connected; start again`)
      }
      return yield* examine(integration, account)
    })
  }
})
