/** Hono: each request is answered from the Notion account of the user it came from. */
import { serve } from "@hono/node-server"
import { AuthError, IdentityNotPresent, NeedsReauth, NotConnected, UpstreamError, Vendo } from "@vendodev/sdk"
import { Hono } from "hono"

const notion = process.env["NOTION_URL"] ?? "https://api.notion.com"
const vendo = new Vendo()
const app = new Hono()

app.get("/me", async (context) => {
  const fetch = vendo.forRequest(context.req.raw.headers).session("notion")
  const answer = await fetch(`${notion}/v1/users/me`, { headers: { "Notion-Version": "2022-06-28" } })
  return Response.json(await answer.json(), { status: answer.status })
})

/** A link where the user can mend it, a time where waiting does, and nothing of the rest. */
app.onError((error, context) => {
  if (error instanceof NotConnected || error instanceof NeedsReauth) {
    return context.json({ error: error.code, connectUrl: error.connectUrl }, 409)
  }
  if (error instanceof UpstreamError) {
    return context.json({ error: error.code }, 503, { "Retry-After": String(error.retryAfter ?? 5) })
  }
  if (error instanceof IdentityNotPresent || (error instanceof AuthError && error.code === "identity_invalid")) {
    return context.json({ error: error.code }, 401)
  }
  console.error(error)
  return context.json({ error: "internal" }, 500)
})

serve({ fetch: app.fetch, port: Number(process.env["PORT"] ?? 3000), hostname: "127.0.0.1" }, (address) =>
  console.log("listening", address)
)
