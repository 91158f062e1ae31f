/** Fastify: each request is answered from the Notion account of the user it came from. */
import { AuthError, IdentityNotPresent, NeedsReauth, NotConnected, UpstreamError, Vendo } from "@vendodev/sdk"
import { fastify } from "fastify"

const notion = process.env["NOTION_URL"] ?? "https://api.notion.com"
const vendo = new Vendo()
const app = fastify()

app.get("/me", async (request, reply) => {
  const fetch = vendo.forRequest(request.headers).session("notion")
  const answer = await fetch(`${notion}/v1/users/me`, { headers: { "Notion-Version": "2022-06-28" } })
  return reply.code(answer.status).send(await answer.json())
})

/** A link where the user can mend it, a time where waiting does, and nothing of the rest. */
app.setErrorHandler((error, _request, reply) => {
  if (error instanceof NotConnected || error instanceof NeedsReauth) {
    return reply.code(409).send({ error: error.code, connectUrl: error.connectUrl })
  }
  if (error instanceof UpstreamError) {
    return reply
      .code(503)
      .header("Retry-After", error.retryAfter ?? 5)
      .send({ error: error.code })
  }
  if (error instanceof IdentityNotPresent || (error instanceof AuthError && error.code === "identity_invalid")) {
    return reply.code(401).send({ error: error.code })
  }
  console.error(error)
  return reply.code(500).send({ error: "internal" })
})

await app.listen({ port: Number(process.env["PORT"] ?? 3000), host: "127.0.0.1" })
console.log("listening", app.server.address())
