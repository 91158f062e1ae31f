/**
 * Where `connect_url` leads: whose turn it is, in words. Accounts are connected
 * by the operator today; the page for the people they belong to comes later.
 */
import { Effect, Option } from "effect"
import { HttpRouter, type HttpServerRequest, HttpServerResponse } from "effect/http"
import * as Catalog from "@vendodev/catalog/Catalog"
import type { Integration } from "@vendodev/catalog/Integration"
import { ProviderUnknown } from "@vendodev/domain/BrokerError"
import { canBeSlug, notSlug, textOf } from "./asking.ts"
import { asPage, escaped, pageOf } from "./page.ts"
import { pathOf, unrouted } from "./unrouted.ts"

const prefix = "/connections/connect/"

/** What the operator types. An account is named where it is held elsewhere, and pasted or asked for otherwise. */
const commands = ({ profiles, slug }: Shown): ReadonlyArray<string> =>
  profiles.includes("composio_managed")
    ? [
        "vendo connection list",
        "vendo connection reconnect <connection> --account <account>",
        `vendo connection create ${slug} --account <account>`
      ]
    : ["vendo connection list", `vendo connection create ${slug}`]

type Shown = Pick<Integration, "name" | "slug" | "profiles">

export const page = (integration: Shown) => {
  const name = escaped(integration.name)
  return pageOf(
    `Connect ${name}`,
    `<p>A tool needs a working ${name} connection, and has none: the account was never connected, or ${name}
no longer accepts it.</p>
<p>The operator of this installation connects it, or authorises it again. Send this page to them.</p>
<h2>For the operator</h2>
<p>See which connections there are; authorise the one that is broken again, or make a new one and bind it to the tool:</p>
<pre>${escaped(commands(integration).join("\n"))}</pre>`
  )
}

const answer = (request: HttpServerRequest.HttpServerRequest) => {
  const raw = pathOf(request.url).slice(prefix.length)
  if (raw === "" || raw.includes("/")) return Effect.fail(unrouted("GET", request.url))
  const slug = textOf(raw)
  if (!canBeSlug(slug)) return Effect.fail(notSlug)
  return Option.match(Catalog.find(slug), {
    onNone: () => Effect.fail(new ProviderUnknown({ detail: `there is no integration called ${slug}` })),
    onSome: (integration) => Effect.succeed(HttpServerResponse.text(page(integration), asPage))
  })
}

export const layer = HttpRouter.use((router) => router.add("GET", `${prefix}*`, answer))
