/** Where `top_up_url` leads: credit is added by the operator, with the command line. */
import { Effect } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { asPage, pageOf } from "./page.ts"

export const path = "/billing/top-up"

const page = pageOf(
  "Add credit",
  `<p>A tool has used up the credit it draws on, or is about to.</p>
<p>The operator of this installation adds credit. Send this page to them.</p>
<h2>For the operator</h2>
<p>Add credit to the tenant, in US dollars, and see what was added before:</p>
<pre>vendo credit add --tenant &lt;tenant&gt; --amount 20.00
vendo credit list --tenant &lt;tenant&gt;</pre>`
)

export const layer = HttpRouter.use((router) =>
  router.add("GET", path, Effect.succeed(HttpServerResponse.text(page, asPage)))
)
