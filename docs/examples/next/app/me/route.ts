/** A route handler of the Next.js App Router: each request is answered from the Notion account of its user. */
import { AuthError, IdentityNotPresent, NeedsReauth, NotConnected, UpstreamError, Vendo } from "@vendodev/sdk"

const notion = process.env["NOTION_URL"] ?? "https://api.notion.com"
const vendo = new Vendo()

/** What is answered to one user must not be kept for another. */
export const dynamic = "force-dynamic"

export const GET = async (request: Request): Promise<Response> => {
  try {
    const fetch = vendo.forRequest(request.headers).session("notion")
    const headers = { "Notion-Version": "2022-06-28" }
    const answer = await fetch(`${notion}/v1/users/me`, { headers, cache: "no-store" })
    return Response.json(await answer.json(), { status: answer.status })
  } catch (error) {
    return answerTo(error)
  }
}

/** A link where the user can mend it, a time where waiting does, and nothing of the rest. */
const answerTo = (error: unknown): Response => {
  if (error instanceof NotConnected || error instanceof NeedsReauth) {
    return Response.json({ error: error.code, connectUrl: error.connectUrl }, { status: 409 })
  }
  if (error instanceof UpstreamError) {
    const headers = { "Retry-After": String(error.retryAfter ?? 5) }
    return Response.json({ error: error.code }, { status: 503, headers })
  }
  if (error instanceof IdentityNotPresent || (error instanceof AuthError && error.code === "identity_invalid")) {
    return Response.json({ error: error.code }, { status: 401 })
  }
  throw error
}
