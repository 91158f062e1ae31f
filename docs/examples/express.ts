/** Express: each request is answered from the Notion account of the user it came from. */
import { AuthError, IdentityNotPresent, NeedsReauth, NotConnected, UpstreamError, Vendo } from "@vendodev/sdk"
import express, { type ErrorRequestHandler } from "express"

const notion = process.env["NOTION_URL"] ?? "https://api.notion.com"
const vendo = new Vendo()
const app = express()

app.get("/me", async (request, response) => {
  const fetch = vendo.forRequest(request.headers).session("notion")
  const answer = await fetch(`${notion}/v1/users/me`, { headers: { "Notion-Version": "2022-06-28" } })
  response.status(answer.status).json(await answer.json())
})

/** A link where the user can mend it, a time where waiting does, and nothing of the rest. */
const onVendoError: ErrorRequestHandler = (error, _request, response, next) => {
  if (error instanceof NotConnected || error instanceof NeedsReauth) {
    response.status(409).json({ error: error.code, connectUrl: error.connectUrl })
  } else if (error instanceof UpstreamError) {
    response.set("Retry-After", String(error.retryAfter ?? 5))
    response.status(503).json({ error: error.code })
  } else if (error instanceof IdentityNotPresent || (error instanceof AuthError && error.code === "identity_invalid")) {
    response.status(401).json({ error: error.code })
  } else {
    next(error)
  }
}
app.use(onVendoError)

const server = app.listen(Number(process.env["PORT"] ?? 3000), "127.0.0.1", () =>
  console.log("listening", server.address())
)
