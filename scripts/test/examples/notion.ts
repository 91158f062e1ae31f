/** A Notion that says whose token it was asked with. */
import { Effect } from "effect"
import { createServer } from "node:http"

/** Where it is, for as long as the scope is open. */
export const notion = Effect.acquireRelease(
  Effect.callback<{ readonly url: string; readonly close: () => void }>((resume) => {
    const server = createServer((request, response) => {
      const token = request.headers.authorization?.replace(/^Bearer /, "")
      response.setHeader("content-type", "application/json")
      response.end(JSON.stringify({ path: request.url, token }))
    })
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      const close = () => {
        server.closeAllConnections()
        server.close()
      }
      resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, close }))
    })
  }),
  ({ close }) => Effect.sync(close)
)
