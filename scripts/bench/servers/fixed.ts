/** The ceiling: `node:http` with a body of as many bytes as ours, and nothing else to do. */
import { listen } from "./listen.ts"

const credential = "x".repeat(Number(process.argv[2]))
const body = JSON.stringify({ access_token: credential, expires_at: null, token_type: "Bearer" })
const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) }

listen((_request, response) => {
  response.writeHead(200, headers)
  response.end(body)
})
