import { createServer, type RequestListener } from "node:http"

/** Listens where the system likes, and prints where that is. */
export const listen = (listener: RequestListener): void => {
  const server = createServer({ keepAliveTimeout: 65_000 }, listener)
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    if (address !== null && typeof address === "object") console.log(`ready at http://127.0.0.1:${address.port}`)
  })
}
