/** As much of Next.js as a route handler needs: a listener that hands it a `Request` and sends its `Response`. */
import { serve } from "@hono/node-server"
import { GET } from "../../../docs/examples/next/app/me/route.ts"

serve({ fetch: (request) => GET(request), port: Number(process.env["PORT"]), hostname: "127.0.0.1" }, (address) =>
  console.log("listening", address)
)
